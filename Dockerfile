# The service alone; its Postgres is another container (docker-compose.yml).

FROM rust:1.95.0-bookworm AS build
WORKDIR /build
COPY . .
# The caches stay on the building machine, so that a small change builds in a minute; only the binary goes on.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/build/target \
    cargo build --release --locked --bin claimtrail \
    && cp target/release/claimtrail /usr/local/bin/claimtrail

FROM debian:bookworm-slim
# Whom the fetcher trusts to vouch for a site.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin claimtrail
COPY --from=build /usr/local/bin/claimtrail /usr/local/bin/claimtrail
USER 10001
# A container's loopback is its own: nobody could reach the service there. The program still asks for
# CLAIMTRAIL_ALLOW_REMOTE_WITHOUT_KEYS, which only whoever publishes the port can answer for.
ENV CLAIMTRAIL_BIND=0.0.0.0:8080
EXPOSE 8080
# The slim image has no HTTP client, but its bash can open a connection.
HEALTHCHECK --interval=5s --timeout=3s --start-period=30s --retries=5 \
    CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8080 && printf 'GET /readyz HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' >&3 && read -r -t 2 _ status _ <&3 && [ \"$status\" = 200 ]"]
ENTRYPOINT ["/usr/local/bin/claimtrail"]
CMD ["serve"]
