# One image for each app: docker build --build-arg APP=admin-api . (or sync-hub, dataplane, cli, echo).
# All share every layer but the last few megabytes. docs/containers.md tells how to run them.
ARG NODE_IMAGE=node:24-bookworm-slim
ARG BASE_IMAGE=debian:bookworm-slim
ARG APP=dataplane

# Only what `npm ci` reads, so that a change of the sources does not install everything anew.
FROM ${NODE_IMAGE} AS manifests
WORKDIR /source
COPY . .
RUN mkdir /manifests && find . -name 'package*.json' -exec cp --parents -t /manifests {} +

FROM ${NODE_IMAGE} AS build
WORKDIR /source
COPY --from=manifests /manifests ./
# Bundling needs none of the install scripts; the one of the package `node` would fetch a second Node.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN npm run build --workspaces --if-present
# The native packages once for all apps. Modes are set here, whatever those of the clone are.
RUN mkdir /out && cp -R apps/dataplane/dist/node_modules /out/ \
    && for app in apps/admin-api apps/cli apps/dataplane apps/sync-hub tools; do cp -R "$app/dist" "/out/${app#apps/}"; done \
    && rm -rf /out/*/node_modules && find /out -name '*.map' -delete \
    && cp -R docker/image /out/ && chmod -R u=rwX,go=rX /out && chmod a+x /out/image/bin/*

FROM ${NODE_IMAGE} AS node

FROM ${BASE_IMAGE} AS runtime
RUN apt-get update -q \
    && apt-get install -y -q --no-install-recommends ca-certificates libatomic1 libstdc++6 tini \
    && rm -rf /var/lib/apt/lists/* /var/cache/* /var/log/* \
    && groupadd --gid 10001 biplane \
    && useradd --uid 10001 --gid biplane --home-dir /var/lib/biplane --no-create-home --shell /usr/sbin/nologin biplane \
    && install -d -o biplane -g biplane -m 0700 /var/lib/biplane \
    # A new volume takes its owner from the folder of the image that it is mounted on.
    && install -d -o biplane -g biplane /run/biplane/cluster /run/biplane/feed /run/biplane/database
COPY --from=node /usr/local/bin/node /usr/local/bin/node
COPY --from=build /out/node_modules /app/node_modules
COPY --from=build /out/image/bin /usr/local/bin
COPY --from=build /out/image/health.mjs /app/health.mjs
COPY --from=build /out/cli /app/cli
ENV NODE_ENV=production KONG_PREFIX=/var/lib/biplane
WORKDIR /var/lib/biplane
# A number, so that Kubernetes can tell that it is not root.
USER 10001:10001
STOPSIGNAL SIGTERM

FROM runtime AS cli
ENTRYPOINT ["tini", "--", "biplane"]

FROM runtime AS echo
COPY --from=build /out/tools /app/echo
EXPOSE 8090
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s CMD ["node", "/app/health.mjs", "http://127.0.0.1:8090/"]
ENTRYPOINT ["tini", "--", "node", "/app/echo/echo-main.js", "8090", "0.0.0.0"]

# The health checks of the apps ask whether the process lives: what kills unhealthy containers must not kill a node that
# waits for its first config. Whether traffic may be sent to it is what /status/ready tells. Hubs and nodes answer once they
# have read their whole copy of the config, hence the longer time to start: whoever is up earlier is healthy earlier.
FROM runtime AS admin-api
COPY --from=build /out/admin-api /app/admin-api
VOLUME /var/lib/biplane
EXPOSE 8001 8444 8006
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s CMD ["node", "/app/health.mjs", "http://127.0.0.1:8001/status"]
ENTRYPOINT ["tini", "--", "node", "/app/admin-api/main.js"]

FROM runtime AS sync-hub
COPY --from=build /out/sync-hub /app/sync-hub
VOLUME /var/lib/biplane
EXPOSE 8005 8101
HEALTHCHECK --interval=10s --timeout=3s --start-period=2m CMD ["node", "/app/health.mjs", "http://127.0.0.1:8101/status"]
ENTRYPOINT ["tini", "--", "node", "/app/sync-hub/main.js"]

FROM runtime AS dataplane
ENV KONG_STATUS_LISTEN=0.0.0.0:8100
COPY --from=build /out/dataplane /app/dataplane
VOLUME /var/lib/biplane
EXPOSE 8000 8443 8100
HEALTHCHECK --interval=10s --timeout=3s --start-period=2m CMD ["node", "/app/health.mjs", "http://127.0.0.1:8100/status"]
ENTRYPOINT ["tini", "--", "node", "/app/dataplane/main.js"]

FROM ${APP}
ARG APP
ARG VERSION=dev
ARG REVISION=
ARG SOURCE=
LABEL org.opencontainers.image.title="Biplane ${APP}" \
      org.opencontainers.image.description="An API gateway whose control plane and data plane are separate programs, compatible with Kong Gateway 3.4 hybrid mode" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.source="${SOURCE}" \
      org.opencontainers.image.licenses="Apache-2.0"
