extension CommandGroup {
    static let domains = CommandGroup(
        keyword: "domain", title: "Domain Management",
        commands: [
            .attachDevice, .attachDisk, .attachInterface, .autostart, .changeMedia, .console, .create,
            .define, .desc, .destroy, .detachDevice, .detachDeviceAlias, .detachDisk, .detachInterface,
            .domdisplay, .domhostname, .domid, .domifSetlink, .domiftune, .domjobabort, .domjobinfo, .domname,
            .domrename, .domuuid, .dumpxml, .edit, .explain, .metadata, .reboot, .reset, .resume, .setmaxmem,
            .setmem,
            .setvcpus, .shutdown, .start, .suspend, .ttyconsole, .undefine, .updateDevice, .vcpucount,
            .vcpuinfo, .vncdisplay,
        ])
}
