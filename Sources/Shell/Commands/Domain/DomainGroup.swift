extension CommandGroup {
    static let domains = CommandGroup(
        keyword: "domain", title: "Domain Management",
        commands: [
            .attachDevice, .attachDisk, .attachInterface, .autostart, .blkdeviotune, .blkiotune,
            .blockcommit, .blockcopy, .blockjob, .blockpull, .blockresize, .changeMedia, .console, .create,
            .define, .desc, .destroy, .detachDevice, .detachDeviceAlias, .detachDisk, .detachInterface,
            .domblkthreshold, .domdisplay, .domfsfreeze, .domfsinfo, .domfsthaw, .domfstrim, .domhostname,
            .domid, .domifSetlink, .domiftune, .domjobabort, .domjobinfo, .domname, .dompmsuspend,
            .dompmwakeup, .domrename, .domthrottlegroupdel, .domthrottlegroupinfo, .domthrottlegrouplist,
            .domthrottlegroupset, .domuuid, .domxmlFromNative, .domxmlToNative, .dump, .dumpxml, .edit,
            .emulatorpin, .explain, .getUserSSHKeys, .guestAgentTimeout, .guestinfo, .guestvcpus,
            .injectNMI, .iothreadadd, .iothreaddel, .iothreadinfo, .iothreadpin, .iothreadset, .managedsave,
            .managedsaveDefine, .managedsaveDumpxml, .managedsaveEdit, .managedsaveRemove, .memtune,
            .metadata, .numatune, .perf, .qemuAgentCommand, .qemuAttach, .qemuMonitorCommand, .reboot,
            .reset, .restore, .resume, .save, .saveImageDefine, .saveImageDumpxml, .saveImageEdit,
            .schedinfo, .screenshot, .sendKey, .sendProcessSignal, .setLifecycleAction, .setmaxmem, .setmem,
            .setUserPassword, .setUserSSHKeys, .setvcpu, .setvcpus, .shutdown, .start, .suspend,
            .ttyconsole, .undefine, .updateDevice, .vcpucount, .vcpuinfo, .vcpupin, .vncdisplay,
        ])
}
