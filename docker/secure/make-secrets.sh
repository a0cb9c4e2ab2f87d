#!/usr/bin/env bash
# Makes the certificate authority, certificates and passwords of compose.secure.yaml in `generated`
# beside this file, or in the directory that is given. What is there already is kept: remove the
# directory for new ones. Needs OpenSSL 1.1.1 or newer.
set -euo pipefail

directory="${1:-$(dirname "${BASH_SOURCE[0]}")/generated}"
days="${SALON_CERTIFICATE_DAYS:-825}"
# Nobody else enters the directory; the files in it are read by the containers' own users.
mkdir -p "$directory"
chmod 700 "$directory"
cd "$directory"
umask 022

make_key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1" 2>/dev/null; }

make_authority() {
  [ -e ca.crt ] && return
  make_key ca.key
  chmod 600 ca.key
  openssl req -x509 -new -key ca.key -sha256 -days "$days" -subj "/CN=salon local authority" \
    -addext "basicConstraints=critical,CA:TRUE,pathlen:0" \
    -addext "keyUsage=critical,keyCertSign,cRLSign" -out ca.crt
}

# For the service's name in the network, and for the machine that its port is published on.
make_certificate() { # NAME
  [ -e "$1.crt" ] && return
  make_key "$1.key"
  openssl req -new -key "$1.key" -subj "/CN=$1" -out "$1.csr"
  printf '%s\n' "subjectAltName=DNS:$1,DNS:localhost,IP:127.0.0.1" "extendedKeyUsage=serverAuth" \
    "keyUsage=critical,digitalSignature" "basicConstraints=critical,CA:FALSE" >"$1.ext"
  openssl x509 -req -in "$1.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -sha256 -days "$days" \
    -extfile "$1.ext" -out "$1.crt" 2>/dev/null
  rm "$1.csr" "$1.ext"
}

make_password() { # FILE
  [ -e "$1" ] || openssl rand -hex 24 >"$1"
}

make_authority
make_certificate kafka
make_certificate minio
# Kafka reads key and certificates from one PEM file.
cat kafka.key kafka.crt ca.crt >kafka.pem
make_password kafka-password
make_password store-password
make_password ui-token
make_password grafana-password
printf '[default]\naws_access_key_id = admin\naws_secret_access_key = %s\n' "$(cat store-password)" \
  >store-credentials
chmod 644 ./*.crt ./*.pem ./minio.key ./*-password ./*-credentials ./ui-token
chmod 600 kafka.key
