#!/bin/busybox sh
# First program of the guest: loads what the root needs, mounts the host's / (read-only, tmpfs on top) and goes there.
export PATH=/bin
/bin/busybox mkdir -p /proc /sys /dev /lower /ov /new
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev

fail() {
  echo "GUEST-FAIL $*" >/dev/console
  echo o >/proc/sysrq-trigger
  sleep 60
}

for list in /mods/list /mods/list2; do
  [ -f "$list" ] || continue
  while read -r module; do insmod "/mods/$module.ko" || echo "insmod $module failed" >/dev/kmsg; done <"$list"
done
. /run.env

mount -t virtiofs -o ro root /lower || fail mount root
mount -t tmpfs -o size=75%,mode=755 ov /ov
mkdir /ov/up /ov/wk
mount -t overlay -o lowerdir=/lower,upperdir=/ov/up,workdir=/ov/wk root /new || fail mount overlay
for folder in proc sys dev run; do [ -d /new/$folder ] || mkdir /new/$folder; done
for folder in proc sys dev; do mount --move /$folder /new/$folder; done
mount -t tmpfs -o mode=755 run /new/run
mkdir -p /new/run/guest /new/dev/pts /new/dev/shm
mount -t devpts -o ptmxmode=666 devpts /new/dev/pts
mount -t tmpfs shm /new/dev/shm
ln -sf /proc/self/fd /new/dev/fd
ln -sf /proc/self/fd/0 /new/dev/stdin
ln -sf /proc/self/fd/1 /new/dev/stdout
ln -sf /proc/self/fd/2 /new/dev/stderr
mount -t tracefs tracefs /new/sys/kernel/tracing
mount -t debugfs debugfs /new/sys/kernel/debug
mount -t securityfs securityfs /new/sys/kernel/security
mount -t bpf bpf /new/sys/fs/bpf
mount -t cgroup2 cgroup2 /new/sys/fs/cgroup

index=0
while read -r folder; do
  mkdir -p "/new$folder"
  mount -t virtiofs -o rw "bind$index" "/new$folder" || fail mount "$folder"
  index=$((index + 1))
done </binds

if [ -d "/new$KERNEL/modules" ]; then # so that modprobe finds them
  modules=/new/lib/modules/$(uname -r)
  mkdir -p "$modules" && mount -o bind "/new$KERNEL/modules" "$modules"
fi
cp /bin/busybox /stage2 /cmd /run.env /new/run/guest/
exec switch_root /new /run/guest/busybox sh /run/guest/stage2
