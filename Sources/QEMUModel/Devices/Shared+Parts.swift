import JSON
import VirtXML

extension QEMUGuest {
    /// The parts of a shared folder.
    package func parts(of folder: FilesystemDevice) throws(ConfigurationError) -> [QEMUPart] {
        switch folder.driver?.type {
        case "virtiofs": try virtiofs(folder)
        case "mtp": try media(folder)
        default: try plan9(folder)
        }
    }

    /// A folder that the guest sees as a camera's or a telephone's.
    private func media(_ folder: FilesystemDevice) throws(ConfigurationError) -> [QEMUPart] {
        var device: JSONObject = ["driver": "usb-mtp", "id": .string(try alias(of: folder.info))]
        device.add("rootdir", folder.source.path)
        device.add("desc", folder.targetDir)
        device.add("readonly", folder.readonly)
        try addAddress(of: folder.info, to: &device)
        return [.device(device)]
    }

    private func virtiofs(_ folder: FilesystemDevice) throws(ConfigurationError) -> [QEMUPart] {
        let alias = try alias(of: folder.info)
        var chardev = OptionText("socket")
        chardev.add("id", "chr-vu-" + alias)
        chardev.add("path", folder.source.socket ?? resources.virtiofsSocket(alias))
        var device: JSONObject = ["driver": .string(try virtioDriver("vhost-user-fs", folder.info))]
        addVirtio(folder.driver?.virtio ?? VirtioOptions(), to: &device)
        device.add("id", alias)
        device.add("chardev", "chr-vu-" + alias)
        device.add("queue-size", folder.driver?.queue)
        device.add("tag", folder.targetDir)
        addBoot(of: folder.info, to: &device)
        try addAddress(of: folder.info, to: &device)
        return [.chardev(chardev), .device(device)]
    }

    private func plan9(_ folder: FilesystemDevice) throws(ConfigurationError) -> [QEMUPart] {
        let alias = try alias(of: folder.info)
        let kind = folder.driver?.type ?? "path"
        guard folder.type == .mount, kind == "path" || kind == "handle" else {
            throw .unsupported("only supports mount filesystem type")
        }
        var fsdev = OptionText(kind == "handle" ? "handle" : "local")
        switch folder.accessMode {
        case _ where kind == "handle": break
        case .mapped: fsdev.add("security_model", "mapped")
        case .squash: fsdev.add("security_model", "none")
        case .passthrough: fsdev.add("security_model", "passthrough")
        case nil: break
        }
        if let multidevs = folder.multidevs, multidevs != .default {
            fsdev.add("multidevs", multidevs.rawValue)
        }
        fsdev.add("fmode", folder.fmode.map(Self.mode))
        fsdev.add("dmode", folder.dmode.map(Self.mode))
        fsdev.add("writeout", folder.driver?.wrpolicy)
        fsdev.add("id", "fsdev-" + alias)
        fsdev.add("path", folder.source.path ?? "")
        if folder.readonly { fsdev.add(word: "readonly") }
        var device: JSONObject = [
            "driver": .string(try virtioDriver("virtio-9p", folder.info, model: folder.model))
        ]
        addVirtio(folder.driver?.virtio ?? VirtioOptions(), to: &device)
        device.add("id", alias)
        device.add("fsdev", "fsdev-" + alias)
        device.add("mount_tag", folder.targetDir)
        try addAddress(of: folder.info, to: &device)
        return [.option("-fsdev", fsdev), .device(device)]
    }

    /// A mode in the four octal digits that QEMU is given.
    package static func mode(_ digits: String) -> String {
        String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }

    /// The parts of memory that guests share.
    package func parts(of shmem: ShmemDevice) throws(ConfigurationError) -> [QEMUPart] {
        let alias = try alias(of: shmem.info)
        switch shmem.model {
        case .plain: return try plainShmem(shmem, alias)
        case .doorbell: return try doorbellShmem(shmem, alias)
        case .ivshmem:
            throw .unsupported("shmem model 'ivshmem' is not supported by this QEMU binary")
        }
    }

    private func plainShmem(_ shmem: ShmemDevice, _ alias: String) throws(ConfigurationError) -> [QEMUPart] {
        var object: JSONObject = ["qom-type": "memory-backend-file", "id": .string("shmmem-" + alias)]
        object.add("mem-path", "/dev/shm/" + shmem.name)
        object.add("size", shmem.size?.bytes ?? 4 << 20)
        object.add("share", true)
        var device: JSONObject = [
            "driver": "ivshmem-plain", "id": .string(alias), "memdev": .string("shmmem-" + alias),
        ]
        if let role = shmem.role { device.add("master", role == .master ? "on" : "off") }
        try addAddress(of: shmem.info, to: &device)
        return [.object(object), .device(device)]
    }

    private func doorbellShmem(_ shmem: ShmemDevice, _ alias: String) throws(ConfigurationError) -> [QEMUPart]
    {
        var chardev = OptionText("socket")
        chardev.add("id", "char" + alias)
        chardev.add("path", shmem.server?.path ?? resources.shmemSocket(shmem.name))
        var device: JSONObject = [
            "driver": "ivshmem-doorbell", "id": .string(alias), "chardev": .string("char" + alias),
        ]
        device.add("vectors", shmem.msi?.vectors)
        device.add("ioeventfd", shmem.msi?.ioeventfd)
        try addAddress(of: shmem.info, to: &device)
        return [.chardev(chardev), .device(device)]
    }

    /// The parts of a trusted platform module.
    package func parts(of tpm: TPMDevice) throws(ConfigurationError) -> [QEMUPart] {
        let alias = try alias(of: tpm.info)
        if tpm.model == .spaprProxy {
            return [
                .device([
                    "driver": "spapr-tpm-proxy", "id": .string(alias), "host-path": .string(tpm.device ?? ""),
                ])
            ]
        }
        var parts: [QEMUPart] = []
        var backend: OptionText
        if tpm.backend == .passthrough {
            backend = OptionText("passthrough")
            backend.add("id", "tpm-" + alias)
            backend.add("path", resources.tpmDescriptorSet(alias)?.device ?? tpm.device ?? "/dev/tpm0")
            backend.add("cancel-path", resources.tpmDescriptorSet(alias)?.cancel)
        } else {
            let path = tpm.backend == .external ? tpm.source?.path : resources.tpmSocket
            // Where nothing is started, there is nobody to be connected with.
            var chardev = OptionText(path == nil ? "null" : "socket")
            chardev.add("id", "chrtpm")
            chardev.add("path", path)
            parts.append(.chardev(chardev))
            backend = OptionText("emulator")
            backend.add("id", "tpm-" + alias)
            backend.add("chardev", "chrtpm")
        }
        parts.append(.option("-tpmdev", backend))
        var device: JSONObject = [
            "driver": .string(driver(of: tpm)), "tpmdev": .string("tpm-" + alias), "id": .string(alias),
        ]
        try addAddress(of: tpm.info, to: &device)
        return parts + [.device(device)]
    }

    private func driver(of tpm: TPMDevice) -> String {
        switch tpm.model {
        case .tis, nil: domain.board.isX86 ? "tpm-tis" : "tpm-tis-device"
        case let model?: model.rawValue
        }
    }
}
