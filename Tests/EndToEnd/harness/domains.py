"""Domain documents for the tests: small, and each with one thing to show."""

import uuid


def domain(name, *, kind="qemu", machine="pc", memory=128, guest=None, devices="", serial=True, id=None,
           features="<acpi/>", os_extra="", extra=""):
    """A domain with one serial console; `guest` is the folder of the Linux to boot, without it only the
    firmware runs."""
    boot = ""
    if guest is not None:
        boot = (f"<kernel>{guest}/vmlinuz</kernel><initrd>{guest}/initrd</initrd>"
                f"<cmdline>{(guest / 'cmdline').read_text().strip()}</cmdline>")
    console = "<serial type='pty'/><console type='pty'/>" if serial else ""
    return f"""
<domain type='{kind}'>
  <name>{name}</name>
  <uuid>{id or uuid.uuid4()}</uuid>
  <memory unit='MiB'>{memory}</memory>
  <vcpu>1</vcpu>
  <os><type arch='x86_64' machine='{machine}'>hvm</type>{boot}{os_extra}</os>
  <features>{features}</features>
  <devices>
    {console}
    {devices}
  </devices>
  {extra}
</domain>
"""


def disk(path, target, bus, *, format="qcow2", device="disk", extra=""):
    """A file as a disk."""
    return (f"<disk type='file' device='{device}'><driver name='qemu' type='{format}'/>"
            f"<source file='{path}'/><target dev='{target}' bus='{bus}'/>{extra}</disk>")
