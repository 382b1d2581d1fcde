#!/bin/sh
# A machine whose port only this host reaches, a key pair, its public half in the machine, and a login.
set -eu
docker rm -fv virtualvm1 2>/dev/null
docker run -itd --name virtualvm1 --privileged -v vm1:/var -p 127.0.0.1:20022:22 kicbase:v0.0.32
until docker exec virtualvm1 systemctl is-system-running; do sleep 1; done

[ -f ~/.ssh/id_ed25519 ] || ssh-keygen -q -t ed25519 -N '' -f ~/.ssh/id_ed25519
docker exec virtualvm1 mkdir -p -m 700 /root/.ssh
docker cp ~/.ssh/id_ed25519.pub virtualvm1:/root/.ssh/authorized_keys

# A machine made anew has a new host key; the old one must be forgotten.
if [ -f ~/.ssh/known_hosts ]; then ssh-keygen -R '[127.0.0.1]:20022'; fi
ssh -o StrictHostKeyChecking=accept-new -p 20022 root@127.0.0.1 'echo $SSH_CONNECTION > connection'
docker exec virtualvm1 cat /root/connection
