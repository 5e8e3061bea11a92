FROM localhost:5000/forbidden/app:3
RUN node --version
