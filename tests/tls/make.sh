#!/bin/sh
# Makes the certificates that the tests use, valid for a hundred years: run here, with OpenSSL 3.
# None of the keys guards anything.
set -eu
key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1" 2>/dev/null; }
authority() {
  key "$1.key"
  openssl req -x509 -new -key "$1.key" -subj "/CN=$2" -days 36500 -out "$1.pem" \
    -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign
}
# NAME AUTHORITY SUBJECT_ALT_NAME [options of openssl x509]
certificate() {
  name=$1 by=$2 names=$3
  shift 3
  test -e "$name.key" || key "$name.key"
  openssl req -new -key "$name.key" -subj "/CN=hub" -out request.csr
  printf 'subjectAltName=%s\nextendedKeyUsage=serverAuth\n' "$names" > extensions.cnf
  openssl x509 -req -in request.csr -CA "$by.pem" -CAkey "$by.key" -extfile extensions.cnf \
    -out "$name.pem" "$@" 2>/dev/null
}
rm -f -- *.pem *.key
authority ca "Stillframe test authority"
authority other-ca "Another test authority"
certificate hub ca "DNS:localhost,DNS:hub.test,DNS:*.wild.test,IP:127.0.0.1" -days 36500
certificate renewed ca "DNS:localhost,DNS:renewed.test,IP:127.0.0.1" -days 36500
certificate elsewhere ca "DNS:elsewhere.test" -days 36500
# Issued so long ago that it has ended.
openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout expired.key \
  -subj "/CN=hub" -out request.csr 2>/dev/null
mkdir demo && : > demo/index && echo 01 > demo/serial
printf '[ca]\ndefault_ca=c\n[c]\ndatabase=demo/index\nserial=demo/serial\nnew_certs_dir=demo\ndefault_md=sha256\npolicy=p\n[p]\ncommonName=supplied\n[x]\nsubjectAltName=DNS:localhost,IP:127.0.0.1\n' > demo/ca.cnf
openssl ca -batch -config demo/ca.cnf -cert ca.pem -keyfile ca.key -in request.csr -out expired.pem \
  -startdate 20200101000000Z -enddate 20200201000000Z -extensions x -notext 2>/dev/null
rm -rf demo request.csr extensions.cnf ca.key other-ca.key
