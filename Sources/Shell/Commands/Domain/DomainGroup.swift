extension CommandGroup {
    static let domains = CommandGroup(
        keyword: "domain", title: "Domain Management",
        commands: [
            .attachDevice, .attachDisk, .attachInterface, .autostart, .blkdeviotune,
            .blockcommit, .blockcopy, .blockjob, .blockpull, .blockresize, .changeMedia, .console, .create,
            .define, .desc, .destroy, .detachDevice, .detachDeviceAlias, .detachDisk, .detachInterface,
            .domblkthreshold, .domdisplay, .domhostname, .domid, .domifSetlink, .domiftune, .domjobabort,
            .domjobinfo, .domname,
            .domrename, .domthrottlegroupdel, .domthrottlegroupinfo, .domthrottlegrouplist,
            .domthrottlegroupset,
            .domuuid, .dumpxml, .edit, .explain, .metadata, .reboot, .reset, .resume, .setmaxmem,
            .setmem,
            .setvcpus, .shutdown, .start, .suspend, .ttyconsole, .undefine, .updateDevice, .vcpucount,
            .vcpuinfo, .vncdisplay,
        ])
}
