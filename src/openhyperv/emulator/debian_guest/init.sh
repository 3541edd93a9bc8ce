#!/bin/busybox sh
# The first process. Everything is in memory, nearly all of it busybox; no disk is mounted.
/bin/busybox --install -s /bin
export PATH=/bin HOME=/ TERM=linux PS1='guest# '
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev 2>/dev/null
mount -t securityfs securityfs /sys/kernel/security
# Memory that the host adds later is used at once, and can be taken again.
echo online_movable >/sys/devices/system/memory/auto_online_blocks
while read -r module; do insmod "/modules/$module.ko" 2>/dev/null; done </modules/order
[ -d /sys/firmware/efi ] && mount -t efivarfs efivarfs /sys/firmware/efi/efivars

# The power button: one event on its input device is a press.
for event in /sys/class/input/event*; do
    [ "$(cat "$event/device/name")" = "Power Button" ] || continue
    (
        dd if="/dev/input/${event##*/}" of=/dev/null bs=24 count=1 2>/dev/null
        echo "GUEST-DOWN power button" >/dev/ttyS0
        sync
        poweroff -f
    ) &
done

# QEMU's guest agent, on the host's channel for it, if there is one; it is started again if it ends.
for port in /sys/class/virtio-ports/*; do
    [ "$(cat "$port/name" 2>/dev/null)" = "org.qemu.guest_agent.0" ] || continue
    (while [ ! -e /tmp/no-agent ]; do qemu-ga -m virtio-serial -p "/dev/${port##*/}" -t /tmp; sleep 1; done) \
        >/tmp/agent.log 2>&1 &
done

# The second serial port takes commands from programs: a line in, its output and "END <status>" out.
if stty -F /dev/ttyS1 raw -echo 115200 2>/dev/null; then
    while :; do
        while read -r line; do
            output=$(eval "$line" 2>&1)
            status=$?
            [ -n "$output" ] && echo "$output"
            echo "END $status"
        done </dev/ttyS1 >/dev/ttyS1
        sleep 1
    done &
fi

# The shell on the screen; what is typed before it opens the screen's keyboard is lost, so it comes early.
while :; do setsid -c sh </dev/tty1 >/dev/tty1 2>&1; sleep 1; done &

# Disks are found in the background: give them ten seconds to appear before reporting.
tries=0
while [ $tries -lt 100 ] && ! ls /sys/block | grep -q '^sd'; do usleep 100000; tries=$((tries + 1)); done
# The screen first: who waits for the serial line may look at the screen next.
report >/dev/tty1
report >/dev/ttyS0

# The shell on the first serial port.
while :; do setsid -c sh </dev/ttyS0 >/dev/ttyS0 2>&1; sleep 1; done
