import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type TestLab, testLab } from './testing.ts';

const minute = 60_000;
/** What a learner's shell finds, not the toolkit of checks, and functions of the scripts below. */
const library = `
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
until_true() { # within 30 s
  for _ in $(seq 150); do "$@" >/dev/null 2>&1 && return; sleep 0.2; done
  echo "still not: $*" >&2; "$@"
}
booted() { # booted MACHINE
  state=$(docker exec "$1" systemctl is-system-running 2>&1) && return
  echo "$1 is $state" >&2
  docker exec "$1" systemctl --failed --no-legend >&2
  return 1
}
carry() { # carry CLIENT...: the host's alpine into the engine that CLIENT talks to
  docker save alpine | "$@" load >/dev/null
}
pids() { awk '/NSpid/ {print $2, $3, $4, $5}' "/proc/$(pgrep -fx "$1")/status"; }
# What containers leave in the host: groups, links, mounts, runtimes' state, processes, volumes.
traces() {
  find /sys/fs/cgroup -path '*/docker/*' -type d | wc -l
  ls /sys/class/net | grep -c veth
  grep -c -e overlay2 -e sysbox -e containers/ /proc/mounts
  ls /run/sysbox /run/containerd/io.containerd.runtime.v2.task/moby /run/docker/runtime-runc/moby 2>/dev/null | grep -c '[0-9a-f]\\{12\\}'
  pgrep -c 'containerd-shim|systemd|rootlesskit|slirp4netns|sshd|docker-init'
  docker volume ls -q | wc -l
}
set -e
`;

describe('the approaches in one sandbox, by the commands of the articles', { timeout: 12 * minute }, () => {
  let lab: TestLab;
  let untouched: string;

  before(async () => {
    lab = await testLab('kicbase');
    untouched = await passes('traces || true');
  });

  after(() => lab?.[Symbol.asyncDispose]());

  const passes = (script: string) => lab.run(library + script);

  /** What a script complains of; it has to fail. */
  async function fails(script: string): Promise<string> {
    const { code, stdout, stderr } = await lab.engine.exec(lab.ref, ['sh', '-c', library + script], {
      deadline: minute,
    });
    assert.notEqual(code, 0, `${script}\n${stdout}`);
    return stderr.trim();
  }

  /** Runs the steps of one approach and asserts that nothing of it is left in the sandbox afterwards. */
  async function leavesNothing(steps: () => Promise<void>): Promise<void> {
    await steps();
    await passes(
      `for _ in $(seq 100); do [ "$(traces || true)" = '${untouched}' ] && exit; sleep 0.2; done; traces || true; exit 1`,
    );
  }

  it('shares the host’s engine by its socket', async () => {
    await leavesNothing(async () => {
      const command = 'docker run -v /var/run/docker.sock:/var/run/docker.sock --name docker0 -ti docker';
      // -t wants a terminal.
      await passes(
        `script -qec '${command}' /dev/null </dev/null >/dev/null & until_true docker exec docker0 docker ps`,
      );
      assert.match(await passes('docker exec docker0 docker ps'), /docker0$/m);
      const ids = await passes("docker info -f '{{.ID}}'; docker exec docker0 docker info -f '{{.ID}}'");
      assert.equal(new Set(ids.split('\n')).size, 1, ids);
      await passes('docker exec docker0 docker run -d --name container3 alpine sleep 4321; docker rm -f docker0');
      assert.match(await passes("pids 'sleep 4321'"), /^\d+ 1$/, 'a sibling, not a child');
      await passes('docker rm -f container3');
    });
  });

  it('runs docker:dind, over restart and kill', async () => {
    await leavesNothing(async () => {
      await passes(
        'docker run -itd --name dind-test --privileged docker:dind; until_true docker exec dind-test docker ps',
      );
      assert.equal(await passes('docker exec dind-test docker images -q'), '');
      await passes(
        'carry docker exec -i dind-test docker; docker exec dind-test docker run -d --name l3 alpine sleep 4321',
      );
      assert.match(await passes("pids 'sleep 4321'"), /^\d+ \d+ 1$/);
      assert.match(await passes("docker exec dind-test docker info -f '{{.Driver}}'"), /^overlay/);
      await passes('docker restart -t 2 dind-test; until_true docker exec dind-test docker start l3');
      await passes('docker rm -fv dind-test');
      // The official image does not forget containerd's pid; with an empty /run it comes back after a kill.
      await passes(
        'docker run -d --name stuck --privileged --tmpfs /run docker:dind; until_true docker exec stuck docker ps',
      );
      await passes('docker kill -s KILL stuck; docker start stuck; until_true docker exec stuck docker ps');
      await passes('docker rm -fv stuck');
    });
  });

  it('publishes a port of the innermost container at every level', async () => {
    await leavesNothing(async () => {
      await passes(
        'docker run -d --name outer --privileged -p 18080:8080 docker:dind; until_true docker exec outer docker ps',
      );
      await passes('carry docker exec -i outer docker');
      const server = "sh -c 'hostname >/tmp/index.html; httpd -f -h /tmp'";
      const id = await passes(`docker exec outer docker run -d --name web -p 8080:80 alpine ${server}`);
      await passes('until_true curl -fs http://127.0.0.1:18080/index.html');
      assert.equal(await passes('curl -fs http://127.0.0.1:18080/index.html'), id.slice(0, 12));
      await passes('docker rm -fv outer');
    });
  });

  it('boots a machine, over restart and kill', async () => {
    const image = 'registry.cn-hangzhou.aliyuncs.com/google_containers/kicbase:v0.0.32';
    const boot = 'until_true booted virtualvm1';
    await leavesNothing(async () => {
      await passes(`docker run -itd --name virtualvm1 --privileged -p 20022:22 ${image}; ${boot}`);
      const processes = await passes('docker exec virtualvm1 ps auxf');
      for (const name of ['/sbin/init', 'systemd-journald', 'dbus-daemon', 'containerd', 'sshd', 'dockerd -H fd://']) {
        assert.ok(processes.includes(name), `${name} in ${processes}`);
      }
      await passes(`rm -f /tmp/key; ssh-keygen -q -t ed25519 -N '' -f /tmp/key
        docker exec -i virtualvm1 sh -c 'install -d -m 700 /root/.ssh; cat >/root/.ssh/authorized_keys' </tmp/key.pub`);
      const ssh = 'ssh -i /tmp/key -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR';
      const seen = await passes(`${ssh} -p 20022 root@127.0.0.1 'hostname; docker ps --format x; ps -p 1 -o comm='`);
      assert.equal(seen, `${await passes("docker inspect -f '{{.Config.Hostname}}' virtualvm1")}\nsystemd`);
      await passes("docker exec virtualvm1 grep -x 'PermitRootLogin yes' /etc/ssh/sshd_config.d/root.conf");
      const another = `docker run --rm --entrypoint entrypoint ${image} sh -c 'cat /etc/machine-id'`;
      const ids = await passes(`docker exec virtualvm1 cat /etc/machine-id; ${another}`);
      assert.equal(new Set(ids.split('\n')).size, 2, ids);
      await passes('carry docker exec -i virtualvm1 docker; docker exec virtualvm1 docker run -d alpine sleep 4321');
      assert.match(await passes("pids 'sleep 4321'"), /^\d+ \d+ 1$/);
      assert.equal(await passes("docker exec virtualvm1 docker info -f '{{.Driver}}'"), 'vfs');
      await passes(`docker restart -t 2 virtualvm1; ${boot}; ${ssh} -p 20022 root@127.0.0.1 true`);
      await passes(`docker kill -s KILL virtualvm1; docker start virtualvm1; ${boot}`);
      await passes('docker rm -fv virtualvm1');
    });
  });

  it('does not boot a machine without rights, and does not say why', async () => {
    await passes("docker run -d --name sd kicbase:v0.0.32; until_true sh -c '[ $(docker wait sd) = 255 ]'");
    // systemd complains of a limit that it cannot raise, where there is one.
    assert.match(await passes('docker logs sd 2>&1; docker rm sd >/dev/null'), /^(Failed to set RLIMIT_CORE: .*)?$/);
  });

  it('runs docker:dind by sysbox-runc without --privileged, over restart and kill', async () => {
    await leavesNothing(async () => {
      const ready = 'until_true docker exec sysbox-dind docker ps';
      await passes(`docker run -itd --runtime=sysbox-runc --name sysbox-dind docker:dind; ${ready}`);
      assert.equal(await passes("docker inspect -f '{{.HostConfig.Privileged}}' sysbox-dind"), 'false');
      assert.match(await passes('docker exec sysbox-dind cat /proc/self/uid_map'), /^0\s+165536\s+65536$/);
      assert.equal(await passes('docker exec sysbox-dind stat -c %u / /etc/passwd /var/lib/docker'), '0\n0\n0');
      await passes(
        'carry docker exec -i sysbox-dind docker; docker exec sysbox-dind docker run -d --name l3 alpine sleep 4321',
      );
      assert.match(await passes("pids 'sleep 4321'"), /^\d+ \d+ 1$/);
      assert.match(await passes("grep Uid /proc/$(pgrep -fx 'sleep 4321')/status"), /165536$/);
      await fails('docker exec sysbox-dind mknod /tmp/disk b 8 0');
      await passes(`docker restart -t 2 sysbox-dind; ${ready}; docker exec sysbox-dind docker start l3`);
      await passes('docker rm -fv sysbox-dind');
      await passes(`docker run -d --runtime=sysbox-runc --name stuck --tmpfs /run docker:dind; until_true docker exec stuck docker ps
        docker kill -s KILL stuck; docker start stuck; until_true docker exec stuck docker ps; docker rm -fv stuck`);
    });
  });

  it('has a sysbox-runc that says what it is and refuses what Sysbox refuses', async () => {
    assert.match(await passes('sysbox-runc --version'), /stand-in/);
    assert.match(await passes("docker info -f '{{json .Runtimes}} {{.Labels}}'"), /sysbox-runc.*standin=sysbox-runc/);
    assert.match(
      await fails('docker run --rm --runtime=sysbox-runc --privileged alpine true'),
      /--privileged is refused/,
    );
    assert.match(
      await fails('docker run --rm --runtime=sysbox-runc --network host alpine true'),
      /namespaces are refused/,
    );
    await passes('docker rm -f $(docker ps -aq) 2>/dev/null || true; [ -z "$(ls /run/sysbox)" ]');
  });

  it('maps users by userns-remap and still has its images', async () => {
    await passes(`cp /etc/docker/daemon.json /tmp
      jq '."userns-remap" = "default"' /tmp/daemon.json >/etc/docker/daemon.json; service docker restart`);
    assert.match(await passes('docker run --rm busybox cat /proc/self/uid_map'), /^0\s+165536\s+65536$/);
    await fails('docker run --rm -v /:/host busybox cat /host/etc/shadow');
    await passes('cp /tmp/daemon.json /etc/docker/; service docker restart; docker run --rm busybox true');
  });

  it('runs rootless dind without --privileged, over restart and kill', async () => {
    const docker = 'docker exec rl docker-entrypoint.sh docker';
    await leavesNothing(async () => {
      const options = 'seccomp=unconfined apparmor=unconfined systempaths=unconfined'.replace(
        /\S+/g,
        '--security-opt $&',
      );
      await passes(
        `docker run -d --name rl ${options} --device /dev/net/tun docker:dind-rootless; until_true ${docker} ps`,
      );
      assert.match(await passes(`${docker} info -f '{{.SecurityOptions}}'`), /name=rootless/);
      await passes(`carry docker exec -i rl docker-entrypoint.sh docker; ${docker} run -d --name l3 alpine sleep 4321`);
      assert.match(await passes("grep Uid /proc/$(pgrep -fx 'sleep 4321')/status"), /1000$/);
      assert.match(await passes(`${docker} run --rm alpine cat /proc/self/uid_map`), /^0\s+1000\s+1\n/);
      await passes(`docker restart -t 2 rl; until_true ${docker} start l3`);
      await passes(`docker rm -fv rl`);
    });
  });

  it('pulls and pushes without the internet, at both levels', async () => {
    assert.match(await passes('docker rmi alpine; docker pull alpine'), /Downloaded newer image for alpine/);
    await passes(
      'docker tag alpine localhost:5000/team/app; docker push localhost:5000/team/app; docker rmi localhost:5000/team/app',
    );
    await passes('docker run --rm localhost:5000/team/app true');
    const mirror = '--registry-mirror http://172.17.0.1:5000';
    await passes(
      `docker run -d --name cached --privileged docker:dind ${mirror}; until_true docker exec cached docker ps`,
    );
    await passes('docker exec cached docker pull alpine');
    assert.match(await passes('docker exec cached docker images --digests alpine'), /sha256:/);
    await passes('docker rm -fv cached');
  });

  it('says at once that a mistyped image does not exist, at both levels', async () => {
    assert.match(await fails('docker run --rm alpin'), /lookup registry-1\.docker\.io on .*: no such host/);
    await passes('docker run -d --name inner --privileged docker:dind; until_true docker exec inner docker ps');
    assert.match(
      await fails('docker exec inner docker run alpin'),
      /lookup registry-1\.docker\.io on .*: no such host/,
    );
    await passes('docker rm -fv inner');
  });
});
