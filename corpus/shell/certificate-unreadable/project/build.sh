set -e
openssl x509 -noout -in server.pem
