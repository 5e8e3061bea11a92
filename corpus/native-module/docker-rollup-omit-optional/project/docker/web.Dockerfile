FROM busybox:1.37 AS version
RUN echo 7 > /version

FROM node:20-slim AS frontend
  WORKDIR /repo/web
  COPY web/package.json ./
  RUN npm install --no-fund --omit=optional && \
      npm ls --depth=0 > deps.txt
  COPY web/ ./
  RUN npm run bundle

FROM busybox:1.37 AS out
  COPY --from=version /version /srv/version
  COPY --from=frontend /repo/web/dist /srv/
  CMD ["cat", "/srv/main.js"]
