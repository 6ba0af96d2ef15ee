import DriverKit
import LinuxSystem
import QEMUModel
import Virt
import VirtXML

/// What goes with a domain's definition, or stays.
extension QEMUDomain {
    static var undefineFlags: DomainUndefineFlags {
        // Of what isn't kept yet nothing is to be removed.
        [.managedSave, .snapshotsMetadata, .checkpointsMetadata, .nvram, .keepNvram, .tpm, .keepTpm]
    }

    nonisolated func autostartOnce() async throws(VirtError) -> Bool { try existing().isAutostartedOnce }

    func setAutostartOnce(autostart: Bool) async throws(VirtError) {
        try await changeAutostart(autostart, once: true)
    }

    func prepareUndefine(_ flags: DomainUndefineFlags) async throws(VirtError) {
        guard let definition = snapshot.persistent else {
            throw VirtError(.operationInvalid, "cannot undefine transient domain", from: .qemu)
        }
        _ = try flags.keepsTPM()
        try await removeVariables(of: definition, flags)
        if flags.contains(.managedSave), snapshot.hasManagedSave { try await removeManagedSave() }
    }

    func completeUndefine(of definition: DomainDefinition?, _ flags: DomainUndefineFlags) async {
        let keepsTPM = (try? flags.keepsTPM()) ?? nil
        if snapshot.isActive {
            decideTPM(keepsTPM)
        } else {
            await removeTPMState(of: definition, keeps: keepsTPM)
        }
    }

    /// The firmware's variables go with the domain only if that is asked for.
    private func removeVariables(
        of definition: DomainDefinition, _ flags: DomainUndefineFlags
    ) async throws(VirtError) {
        guard let path = definition.os.nvram?.path else { return }
        let exists = await Blocking.run { FileSystem.exists(path) }
        guard exists, !flags.contains(.keepNvram) else { return }
        guard flags.contains(.nvram) else {
            throw VirtError(.operationInvalid, "cannot undefine domain with nvram", from: .qemu)
        }
        await Blocking.run { _ = try? FileSystem.remove(path) }
    }
}
