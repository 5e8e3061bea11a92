FROM registry.example/forbidden/app:3
RUN node --version
