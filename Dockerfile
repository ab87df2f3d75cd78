# The server in a small image, without a shell and not as root.
#
#   docker build -t glyphd .
#   docker run --rm -v glyphd:/data glyphd token create --scope admin
#   docker run -d -p 8080:8080 -v glyphd:/data glyphd

FROM rust:1.95-bookworm AS build
WORKDIR /build
COPY . .
RUN cargo build --release --locked && mkdir /data

FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /build/target/release/glyphd /usr/bin/glyphd
# A volume takes over who owns the folder.
COPY --from=build --chown=nonroot:nonroot /data /data
ENV GLYPHD_DB_PATH=/data/gpu.sqlite
VOLUME /data
EXPOSE 8080
ENTRYPOINT ["/usr/bin/glyphd"]
CMD ["serve", "--host", "0.0.0.0"]
