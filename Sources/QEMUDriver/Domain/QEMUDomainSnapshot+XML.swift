import DriverKit
import QEMUModel
import Virt
import VirtXML
import XMLBinding

extension QEMUDomainSnapshot {
    /// The document that the flags ask for; made once for each version of the domain.
    ///
    /// - Parameters:
    ///   - channels: the folder of the sockets that the driver places.
    ///   - qemu: the binary by which the CPU of a definition that doesn't run is settled; nil to show it as it is.
    func xml(
        _ flags: DomainXMLFlags, channels: String, cpuFor qemu: QEMUCapabilities? = nil
    ) throws(VirtError) -> String {
        let wantsInactive = flags.contains(.inactive) || !isActive
        guard var definition = inactive(flags) ?? live else {
            throw VirtError(.internalError, "domain '\(name)' has no definition", from: .qemu)
        }
        var options: XMLOptions = []
        // What another host is to take is whole, and doesn't say how the guest runs here.
        if wantsInactive || flags.contains(.migratable) { options.insert(.inactive) }
        if flags.contains(.secure) || flags.contains(.migratable) { options.insert(.secure) }
        if flags.contains(.migratable) { options.insert(.migratable) }
        func text() throws(XMLError) -> String {
            guard flags.contains(.migratable) else { return try definition.xml(options: options) }
            let cpu = wantsInactive ? nil : run.requestedCPU
            return try definition.migratable(cpu: cpu, channels: channels).xml(options: options)
        }
        do throws(XMLError) {
            guard let qemu else { return try self.text(flags, make: text) }
            // What QEMU and the host can do may change: that text is made anew.
            definition.settleCPU(qemu)
            return try text()
        } catch {
            throw VirtError(document: error)
        }
    }
}
