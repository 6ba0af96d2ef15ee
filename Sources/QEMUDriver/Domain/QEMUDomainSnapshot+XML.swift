import DriverKit
import Virt
import VirtXML
import XMLBinding

extension QEMUDomainSnapshot {
    /// The document that the flags ask for; made once for each version of the domain.
    ///
    /// - Parameter channels: the folder of the sockets that the driver places.
    func xml(_ flags: DomainXMLFlags, channels: String) throws(VirtError) -> String {
        let wantsInactive = flags.contains(.inactive) || !isActive
        guard let definition = wantsInactive ? persistent ?? live : live else {
            throw VirtError(.internalError, "domain '\(name)' has no definition", from: .qemu)
        }
        var options: XMLOptions = []
        // What another host is to take is whole, and doesn't say how the guest runs here.
        if wantsInactive || flags.contains(.migratable) { options.insert(.inactive) }
        if flags.contains(.secure) || flags.contains(.migratable) { options.insert(.secure) }
        if flags.contains(.migratable) { options.insert(.migratable) }
        do throws(XMLError) {
            return try texts.text(flags.rawValue) { () throws(XMLError) in
                guard flags.contains(.migratable) else { return try definition.xml(options: options) }
                let cpu = wantsInactive ? nil : requestedCPU
                return try definition.migratable(cpu: cpu, channels: channels).xml(options: options)
            }
        } catch {
            throw VirtError(document: error)
        }
    }
}
