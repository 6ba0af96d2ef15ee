extension CommandGroup {
    static let domains = CommandGroup(
        keyword: "domain", title: "Domain Management",
        commands: [
            .attachDevice, .attachDisk, .attachInterface, .autostart, .blkdeviotune, .domthrottlegroupset,
            .domthrottlegroupdel, .domthrottlegroupinfo, .domthrottlegrouplist, .blkiotune, .blockcommit,
            .blockcopy, .blockjob, .blockpull, .blockresize, .changeMedia, .console, .cpuStats, .create,
            .define, .desc, .destroy, .detachDevice, .detachDeviceAlias, .detachDisk, .detachInterface,
            .domdisplay, .domfsfreeze, .domfsthaw, .domfsinfo, .domfstrim, .domhostname, .domid,
            .domifSetlink, .domiftune, .domjobabort, .domjobinfo, .domlaunchsecinfo, .domsetlaunchsecstate,
            .domname, .domrename, .dompmsuspend, .dompmwakeup, .domuuid, .domxmlFromNative, .domxmlToNative,
            .dump, .dumpxml, .edit, .getUserSSHKeys, .injectNMI, .iothreadinfo, .iothreadpin, .iothreadadd,
            .iothreadset, .iothreaddel, .sendKey, .sendProcessSignal, .lxcEnterNamespace, .managedsave,
            .managedsaveRemove, .managedsaveEdit, .managedsaveDumpxml, .managedsaveDefine, .memtune, .perf,
            .metadata, .migrate, .migrateSetmaxdowntime, .migrateGetmaxdowntime, .migrateCompcache,
            .migrateSetspeed, .migrateGetspeed, .migratePostcopy, .numatune, .qemuAttach, .qemuMonitorCommand,
            .qemuMonitorEvent,
            .qemuAgentCommand, .guestAgentTimeout, .reboot, .reset, .restore, .resume, .save,
            .saveImageDefine, .saveImageDumpxml, .saveImageEdit, .schedinfo, .screenshot, .setLifecycleAction,
            .setUserSSHKeys, .setUserPassword, .setmaxmem, .setmem, .setvcpus, .shutdown, .start, .suspend,
            .ttyconsole, .undefine, .updateDevice, .updateMemoryDevice, .vcpucount, .vcpuinfo, .vcpupin,
            .emulatorpin, .vncdisplay, .guestvcpus, .setvcpu, .domblkthreshold, .guestinfo, .domdirtyrateCalc,
            .domFDAssociate,
            .domdisplayReload, .explain, .job,
        ])
}
