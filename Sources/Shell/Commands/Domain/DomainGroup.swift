extension CommandGroup {
    static let domains = CommandGroup(
        keyword: "domain", title: "Domain Management",
        commands: [
            .autostart, .console, .create, .define, .desc, .destroy, .domdisplay, .domhostname, .domid,
            .domjobabort, .domjobinfo, .domname, .domrename, .domuuid, .dumpxml, .edit, .metadata, .reboot,
            .reset, .resume, .setmaxmem, .setmem, .setvcpus, .shutdown, .start, .suspend, .ttyconsole,
            .undefine,
            .vcpucount, .vcpuinfo, .vncdisplay,
        ])
}
