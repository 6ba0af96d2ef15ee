import VirtXML

extension DomainDefinition {
    package func check(_ folder: FilesystemDevice) throws(ConfigurationError) {
        try checkPlace(folder.info)
        if folder.info.boot != nil, folder.driver?.type != "virtiofs" {
            throw .unsupported("boot order is only supported for virtiofs")
        }
        if folder.type != .mount { throw .unsupported("only supports mount filesystem type") }
        if folder.spaceHardLimit != nil || folder.spaceSoftLimit != nil {
            throw .unsupported("filesystem usage limits are not supported with QEMU")
        }
        if folder.source.path == nil, folder.source.socket == nil {
            throw .noSource(folder.targetDir ?? "")
        }
        let isVirtiofs = folder.driver?.type == "virtiofs"
        if folder.targetDir == nil, !isVirtiofs || folder.source.socket == nil {
            throw .noTarget(folder.source.path ?? "")
        }
        try isVirtiofs ? checkVirtiofs(folder) : checkPlan9(folder)
    }

    /// The guest tells folders apart by their names, where it is asked to.
    func checkFolderNames() throws(ConfigurationError) {
        let served = devices.filesystems.filter { $0.driver?.type == "virtiofs" }
        if let twice = served.firstRepeated(by: \.targetDir) {
            throw .unsupported("filesystem target '\(twice.targetDir ?? "")' specified twice")
        }
    }

    private func checkPlan9(_ folder: FilesystemDevice) throws(ConfigurationError) {
        switch folder.driver?.type {
        case nil, "path": break
        case "handle":
            if folder.accessMode != .passthrough {
                throw .unsupported("only supports passthrough accessmode")
            }
        case "mtp":
            if folder.accessMode != .passthrough {
                throw .unsupported("mtp only supports passthrough accessmode")
            }
        default: throw .unsupported("Filesystem driver type not supported")
        }
        if folder.fmode != nil || folder.dmode != nil, folder.accessMode != .mapped {
            throw .unsupported("fmode and dmode must be used with accessmode=mapped")
        }
    }

    private func checkVirtiofs(_ folder: FilesystemDevice) throws(ConfigurationError) {
        try checkServed(folder)
        try requireSharedMemory("virtiofs")
        if folder.info.boot != nil, folder.info.address?.kind != .pci {
            throw .unsupported("setting virtiofs boot order is supported only with PCI bus")
        }
    }

    private func checkServed(_ folder: FilesystemDevice) throws(ConfigurationError) {
        // How a folder that somebody else serves is read and written is not known here.
        let isForeign = folder.source.socket != nil
        if let mode = folder.accessMode, mode != .passthrough, !isForeign {
            throw .unsupported("virtiofs only supports passthrough accessmode")
        }
        if folder.fmode != nil || folder.dmode != nil {
            throw .unsupported("fmode and dmode must be used with accessmode=mapped")
        }
        if folder.driver?.wrpolicy != nil, !isForeign {
            throw .unsupported("virtiofs does not support wrpolicy")
        }
        if folder.model != nil { throw .unsupported("virtiofs does not support model") }
        if folder.driver?.format != nil { throw .unsupported("virtiofs does not support format") }
        if folder.multidevs != nil, folder.multidevs != .default {
            throw .unsupported("virtiofs does not support multidevs")
        }
    }
}
