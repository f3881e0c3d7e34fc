# One image for the gateway and for every data product; the command says which. docs/deploy.md

# Build: everything is installed and compiled here, better-sqlite3 against this Node's own headers.
FROM node:20.20.2-bookworm AS build
WORKDIR /terrane
ENV npm_config_nodedir=/usr/local npm_config_update_notifier=false APOLLO_TELEMETRY_DISABLED=true SCARF_ANALYTICS=false
COPY package.json package-lock.json .npmrc ./
COPY schema/package.json schema/
COPY subgraphs/runtime/package.json subgraphs/runtime/
COPY gateway/package.json gateway/
COPY marketplace/package.json marketplace/
COPY scripts/package.json scripts/
COPY scripts/bin scripts/bin
# Not `npm ci`: it refuses a lock file without the optional packages of other systems. `--no-save` takes the versions of
# the lock file all the same.
RUN npm install --no-save --no-audit --no-fund
COPY tsconfig.base.json tsconfig.json ./
COPY schema schema
COPY subgraphs subgraphs
COPY gateway gateway
COPY marketplace marketplace
COPY scripts scripts
RUN node scripts/bin/build.js
# What only building and testing takes goes; nothing is compiled again.
RUN npm prune --omit=dev --no-save --no-audit --no-fund --ignore-scripts

# Run: what was built, and what it needs to run.
FROM node:20.20.2-bookworm-slim
WORKDIR /terrane
# A busy gateway collects garbage far less with a young generation of this size (docs/deploy.md).
ENV NODE_ENV=production APOLLO_TELEMETRY_DISABLED=true UV_THREADPOOL_SIZE=16 NO_COLOR=1 \
    NODE_OPTIONS=--max-semi-space-size=64 \
    TERRANE_HOME=/var/lib/terrane HOST=0.0.0.0 PORT=4000
COPY --from=build /terrane/package.json ./
COPY --from=build /terrane/node_modules node_modules
COPY --from=build /terrane/schema/package.json schema/
COPY --from=build /terrane/schema/dist schema/dist
COPY --from=build /terrane/subgraphs subgraphs
COPY --from=build /terrane/gateway/package.json gateway/
COPY --from=build /terrane/gateway/dist gateway/dist
COPY --from=build /terrane/gateway/pages gateway/pages
COPY --from=build /terrane/marketplace/dist marketplace/dist
COPY --from=build /terrane/scripts/package.json scripts/
COPY --from=build /terrane/scripts/bin scripts/bin
COPY --from=build /terrane/scripts/dist scripts/dist
RUN ln -s /terrane/scripts/bin/terrane.js /usr/local/bin/terrane \
    && install -d -o 1000 -g 1000 -m 0700 /var/lib/terrane
# By number: Kubernetes cannot tell from a name that it is not root.
USER 1000:1000
VOLUME /var/lib/terrane
EXPOSE 4000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=6 \
    CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then(answer => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# The process itself takes SIGTERM, ends what is under way and waits for its own children: it needs no init before it.
STOPSIGNAL SIGTERM
ENTRYPOINT ["terrane"]
CMD ["gateway"]
