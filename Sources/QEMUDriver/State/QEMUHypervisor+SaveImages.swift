import DriverKit
import LinuxSystem
import QEMUModel
import Virt
import VirtDriver
import VirtXML

extension QEMUHypervisor {
    func domainRestore(from: String) async throws(VirtError) {
        try await restore(from, nil, [])
    }

    func domainRestoreFlags(
        from: String, dxml: String?, flags: DomainSaveRestoreFlags
    ) async throws(VirtError) {
        try await restore(from, dxml, flags)
    }

    func domainRestoreParams(
        parameters: [TypedParameter], flags: DomainSaveRestoreFlags
    ) async throws(VirtError) {
        let given = try SaveParameters(parameters)
        guard let path = given.path else {
            throw VirtError(.invalidArg, "missing path to restore from", from: .qemu)
        }
        try await restore(path, given.document, flags)
    }

    private func restore(
        _ path: String, _ document: String?, _ flags: DomainSaveRestoreFlags
    ) async throws(VirtError) {
        try flags.require(
            [.bypassCache, .running, .paused, .resetNvram], in: "qemuDomainRestoreInternal", from: .qemu)
        try flags.requireOneState()
        let file = try await Blocking.run { () throws(VirtError) in try OpenSaveImage(path) }
        var saved = try await SavedGuest(file, document: document, in: context)
        saved.isRunning = flags.runs(saved.isRunning)
        saved.bypassesCache = flags.contains(.bypassCache)
        let guest = saved
        _ = try await withDomain(of: guest.definition) { (domain) async throws(VirtError) in
            try await domain.restore(guest, resetsVariables: flags.contains(.resetNvram))
        }
    }

    func domainSaveImageXMLDesc(
        file: String, flags: DomainSaveImageXMLFlags
    ) async throws(VirtError) -> String {
        try flags.require(.secure, in: "qemuDomainSaveImageGetXMLDesc", from: .qemu)
        return try await context.saveImageDocument(file, flags)
    }

    func domainSaveImageDefineXML(
        file: String, dxml: String, flags: DomainSaveRestoreFlags
    ) async throws(VirtError) {
        try flags.require([.running, .paused], in: "qemuDomainSaveImageDefineXML", from: .qemu)
        try flags.requireOneState()
        try await context.redefine(file, dxml, flags)
    }
}

extension QEMUDomain {
    /// Starts a guest that was saved.
    fileprivate func restore(_ saved: SavedGuest, resetsVariables: Bool) async throws(VirtError) {
        try await withJob(.modify, "restore") { (domain: isolated QEMUDomain) async throws(VirtError) in
            try domain.requireName(saved.definition.name)
            try await domain.requireStartable("domain '\(domain.snapshot.name)' is already active")
            var flags: DomainCreateFlags = saved.isRunning ? [] : .startPaused
            if resetsVariables { flags.insert(.startResetNvram) }
            _ = try await domain.start(saved.definition, flags, restoring: saved)
            if !domain.snapshot.isPersistent {
                await domain.context.noteTransient(saved.definition.name, as: saved.file.image.xml)
            }
        }
    }
}

extension QEMUContext {
    /// The document of a guest that is in a file.
    func saveImageDocument(_ path: String, _ flags: DomainSaveImageXMLFlags) async throws(VirtError) -> String
    {
        let file = try await Blocking.run { () throws(VirtError) in try OpenSaveImage(path) }
        let definition = try await definition(file.image.xml)
        var now = QEMUDomainSnapshot(name: definition.name, uuid: definition.uuid ?? .random())
        now.persistent = definition
        let isSecure = flags.contains(.secure)
        return try now.xml(isSecure ? [.inactive, .secure] : .inactive, channels: configuration.channels)
    }

    /// Gives a guest that is in a file another document, and says whether it runs when it is restored.
    func redefine(_ path: String, _ document: String, _ flags: DomainSaveRestoreFlags) async throws(VirtError)
    {
        var file = try await Blocking.run { () throws(VirtError) in try OpenSaveImage(path, forWriting: true)
        }
        file.image.xml = try await replacement(document, of: file.image.xml)
        file.image.header.isRunning = flags.runs(file.image.header.isRunning)
        let changed = file
        try await Blocking.run { () throws(VirtError) in try changed.rewrite() }
    }
}
