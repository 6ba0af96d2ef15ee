import DriverKit
import Glibc
import LinuxSystem
import QEMUModel
import Virt
import VirtDriver
import VirtXML

extension QEMUContext {
    /// The folder of what domains start from by themselves.
    var managedSaves: String { configuration.library + "/save" }

    /// The file that a domain starts from by itself, where it is there.
    func managedSavePath(_ name: String) -> String { "\(managedSaves)/\(name).save" }
}

/// What a domain was saved to under its own name, and starts from.
extension QEMUDomain {
    func managedSave(flags: DomainSaveRestoreFlags) async throws(VirtError) {
        try flags.require([.bypassCache, .running, .paused], in: "qemuDomainManagedSave", from: .qemu)
        try flags.requireOneState()
        try existingActive()
        let path = try managedSavePath()
        let format = try context.configuration.saveFormat(nil)
        try await save(SaveOrder(path: path, flags: flags, format: format, isManaged: true))
    }

    /// Where the domain is saved to under its own name. Throws where it is gone with its guest.
    func managedSavePath() throws(VirtError) -> String {
        if snapshot.isPersistent { return context.managedSavePath(snapshot.name) }
        throw VirtError(.operationInvalid, "cannot do managed save for transient domain", from: .qemu)
    }

    func managedSaveRemove(flags: UInt32) async throws(VirtError) {
        try flags.require(in: "qemuDomainManagedSaveRemove", from: .qemu)
        try await withJob(.modify, "managed-save-remove") {
            (domain: isolated QEMUDomain) async throws(VirtError) in
            guard try await domain.removeManagedSave() else {
                let path = domain.context.managedSavePath(domain.snapshot.name)
                throw VirtError(
                    SystemError(call: "unlink", errno: ENOENT), "Failed to remove managed save file '\(path)'"
                )
            }
        }
    }

    func managedSaveGetXMLDesc(flags: DomainSaveImageXMLFlags) async throws(VirtError) -> String {
        try flags.require(.secure, in: "qemuDomainManagedSaveGetXMLDesc", from: .qemu)
        let path = try requireManagedSave()
        return try await context.saveImageDocument(path, flags)
    }

    func managedSaveDefineXML(dxml: String?, flags: DomainSaveRestoreFlags) async throws(VirtError) {
        try flags.require([.running, .paused], in: "qemuDomainManagedSaveDefineXML", from: .qemu)
        guard let dxml else { throw .null("dxml", in: "virDomainManagedSaveDefineXML") }
        try flags.requireOneState()
        try await withJob(.modify, "managed-save-define") {
            (domain: isolated QEMUDomain) async throws(VirtError) in
            let path = try domain.requireManagedSave()
            try await domain.context.redefine(path, dxml, flags)
        }
    }

    private func requireManagedSave() throws(VirtError) -> String {
        if try existing().hasManagedSave { return context.managedSavePath(snapshot.name) }
        throw VirtError(.operationInvalid, "domain does not have managed save image", from: .qemu)
    }

    /// Removes what the domain would start from; false where there is nothing. Whoever calls has the job.
    @discardableResult
    func removeManagedSave() async throws(VirtError) -> Bool {
        let path = context.managedSavePath(snapshot.name)
        let wasThere: Bool
        do throws(SystemError) {
            wasThere = try await Blocking.run { () throws(SystemError) in try FileSystem.removeDurably(path) }
        } catch {
            throw VirtError(error, "Failed to remove managed save file '\(path)'")
        }
        publish { $0.hasManagedSave = false }
        return wasThere
    }

    /// What the domain starts from by itself, if there is such a thing and the start is to use it.
    func managedSave(for flags: DomainCreateFlags) async throws(VirtError) -> SavedGuest? {
        guard snapshot.hasManagedSave else { return nil }
        if flags.contains(.startForceBoot) {
            try await removeManagedSave()
            return nil
        }
        let path = context.managedSavePath(snapshot.name)
        let file = try await Blocking.run { () throws(VirtError) in try OpenSaveImage(path) }
        var saved = try await SavedGuest(file, in: context)
        saved.bypassesCache = flags.contains(.startBypassCache)
        return saved
    }
}
