# The bridge and its page in one image. It runs as nobody in particular and writes nothing: --read-only is fine.
#
#   docker build -t tailrace .
#   docker run --rm -p 127.0.0.1:8080:8080 tailrace serve --listen :8080 --public --brokers kafka:9092 --topics metrics
#
# A container's own loopback is reached by nobody, so it listens on :8080, and that starts only with --public: whoever
# reaches it may read every channel. Settings are flags, TAILRACE_… variables, or a file (ops/configuration.md).

FROM debian:bookworm-slim AS bridge
WORKDIR /src
COPY ops/env.sh ops/deps ops/
RUN ops/deps build
COPY CMakeLists.txt CMakePresets.json ./
COPY ops/build ops/
COPY bridge bridge
RUN CCACHE_DISABLE=1 ops/build release && strip -o /tailrace build/release/tailrace

FROM debian:bookworm-slim AS page
WORKDIR /src
COPY ops/env.sh ops/deps ops/
RUN ops/deps web
COPY ops/build ops/
COPY web/package.json web/package-lock.json web/
COPY schemas schemas
COPY web web
# Whatever the umask of the checkout was, the bridge may read it.
RUN ops/build web && chmod -R a+rX build/web

FROM debian:bookworm-slim
COPY ops/env.sh ops/deps /tmp/ops/
RUN /tmp/ops/deps run && apt-get clean && rm -rf /tmp/ops /var/lib/apt/lists/* /var/cache/debconf/*-old /var/log/*.log /var/log/apt
COPY --from=bridge /tailrace /usr/bin/tailrace
COPY --from=page /src/build/web /usr/share/tailrace/web
USER 10001:10001
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=10s --start-period=60s --retries=3 CMD ["tailrace", "health"]
ENTRYPOINT ["tailrace"]
CMD ["serve"]
