import DriverKit
import LinuxSystem
import QEMUModel
import Virt
import VirtXML

extension DomainUndefineFlags {
    /// Whether the state of the domain's TPM is to be kept; nil leaves it to the domain's document.
    func keepsTPM() throws(VirtError) -> Bool? {
        switch (contains(.keepTpm), contains(.tpm)) {
        case (true, true):
            throw VirtError(.operationInvalid, "cannot both keep and delete TPM", from: .qemu)
        case (true, false): return true
        case (false, true): return false
        case (false, false): return nil
        }
    }
}

extension QEMUDomain {
    /// Removes the state of a TPM whose domain is gone, unless it is to be kept.
    func removeTPMState(of definition: DomainDefinition?, keeps: Bool? = nil) async {
        guard let definition, let uuid = definition.uuid,
            let tpm = definition.devices.tpms.first(where: \.isEmulated)
        else { return }
        if keeps ?? (tpm.persistentState == true) { return }
        let folder = "\(context.configuration.tpmStates)/\(uuid)"
        await Blocking.run { try? FileSystem.removeTree(folder) }
    }

    /// What becomes of the state of a guest's TPM once it ends, since its domain is defined no more. It stands in the
    /// live document, so that a daemon that starts anew knows.
    func decideTPM(_ keeps: Bool?) {
        guard let keeps else { return }
        publish { now in
            for index in (now.live?.devices.tpms ?? []).indices {
                now.live?.devices.tpms[index].persistentState = keeps
            }
        }
        saveRecordSoon()
    }
}
