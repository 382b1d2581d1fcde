#!/bin/sh
# A CA of one's own signs a certificate for the server and one for the client; the engine asks for the latter.
set -eu
mkdir -p /root/tls /root/.docker
cd /root/tls
new='openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30'
$new -subj /CN=lab-ca -keyout ca-key.pem -out ca.pem
cp ca.pem /root/.docker/
$new -CA ca.pem -CAkey ca-key.pem -subj /CN=host -addext subjectAltName=IP:127.0.0.1 -addext extendedKeyUsage=serverAuth \
  -keyout server-key.pem -out server.pem
$new -CA ca.pem -CAkey ca-key.pem -subj /CN=me -addext extendedKeyUsage=clientAuth \
  -keyout /root/.docker/key.pem -out /root/.docker/cert.pem
jq '.hosts = ["unix:///var/run/docker.sock", "tcp://127.0.0.1:2376"] | .tlsverify = true
  | .tlscacert = "/root/tls/ca.pem" | .tlscert = "/root/tls/server.pem" | .tlskey = "/root/tls/server-key.pem"' \
  /etc/docker/daemon.json > new.json
cp new.json /etc/docker/daemon.json
service docker restart
docker --tlsverify -H tcp://127.0.0.1:2376 info -f '{{.ID}}'
