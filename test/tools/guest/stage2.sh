# In the guest's final root, as process 1: settings, then the command with its output on two serial ports and its status on a third.
B=/run/guest/busybox
. /run/guest/run.env
exec </dev/null >/dev/console 2>&1
$B hostname guest
$B ip link set lo up
echo 1 >/proc/sys/kernel/sysrq
echo "$SYSCTL" | while read -r setting; do [ -n "$setting" ] && $B sysctl -w "$setting"; done
if [ -n "$SWAP_DEVICE" ]; then $B mkswap "$SWAP_DEVICE" && $B swapon "$SWAP_DEVICE"; fi

# The ports' device nodes appear a moment after the driver; wait for the three we need, 10 s at most.
try=0
while [ $try -lt 100 ]; do
  found=0
  for port in /sys/class/virtio-ports/*; do
    [ -f "$port/name" ] && read -r name <"$port/name" && [ -c "/dev/${port##*/}" ] && ln -sf "/dev/${port##*/}" "/run/guest/$name" && found=$((found + 1))
  done
  [ $found -ge 3 ] && break
  try=$((try + 1))
  $B sleep 0.1
done

echo "GUEST-UP $($B cat /proc/uptime)"
/bin/bash /run/guest/cmd >/run/guest/out 2>/run/guest/err &
wait $!
status=$?
# The token tells the host that all output before it has arrived.
printf '%s' "$TOKEN" >/run/guest/out
printf '%s' "$TOKEN" >/run/guest/err
printf '%s\n' "$status" >/run/guest/status
echo "GUEST-DONE $status"
$B sleep 5
echo o >/proc/sysrq-trigger
$B sleep 60
