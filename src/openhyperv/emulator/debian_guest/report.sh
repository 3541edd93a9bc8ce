#!/bin/sh
# One line that says what this guest is and sees; may be run again at any time.
variables=/sys/firmware/efi/efivars
secure_boot=$variables/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c
generation=1
[ -d /sys/firmware/efi ] && generation=2
secureboot=0
[ -f $secure_boot ] && secureboot=$(tail -c 1 $secure_boot | od -An -tu1 | tr -d ' ')
lockdown=$(sed -n 's/.*\[\(.*\)\].*/\1/p' /sys/kernel/security/lockdown 2>/dev/null)
memory_mb=$(($(sed -n 's/MemTotal: *\([0-9]*\).*/\1/p' /proc/meminfo) / 1024))

disks=
for disk in /sys/block/sd*; do
    [ -e "$disk" ] && disks="$disks,${disk##*/}:$(($(cat "$disk/size") / 2048))"
done
nics=
for nic in /sys/class/net/*; do
    [ -e "$nic/device" ] && nics="$nics,${nic##*/}:$(cat "$nic/address")"
done
tpm=0
[ -e /sys/class/tpm/tpm0 ] && tpm=$(cat /sys/class/tpm/tpm0/tpm_version_major)

# A configuration drive is an ISO 9660 volume labelled config-2; the label is at byte 32808.
config_drive=none
mkdir -p /config
for device in /dev/sr? /dev/sd?; do
    [ -b "$device" ] || continue
    case $(dd if="$device" bs=8 skip=4101 count=1 2>/dev/null) in
    config-2 | CONFIG-2)
        mount -t iso9660 -o ro "$device" /config || continue
        config_drive=$(sed -n 's/.*"uuid": *"\([^"]*\)".*/\1/p' /config/openstack/latest/meta_data.json)
        umount /config
        ;;
    esac
done

echo "GUEST-UP gen=$generation secureboot=$secureboot lockdown=${lockdown:-none} kernel=$(uname -r)" \
    "cpus=$(nproc) memory_mb=$memory_mb disks_mib=${disks#,} nics=${nics#,} tpm=$tpm" \
    "config_drive=$config_drive"
