import DriverKit
import HostKit
import LinuxSystem
import Virt
import VirtXML

extension NetworkDefinition {
    /// Refuses a share that the network can't promise beside those of others.
    func checkPromise(
        to port: NetworkPortDefinition, beside ports: [NetworkPortDefinition]
    ) throws(VirtError) {
        guard let floor = port.bandwidth?.inbound?.floor, floor > 0 else { return }
        let mac = port.mac?.xml ?? ""
        func refuse(_ why: String) -> VirtError {
            VirtError(
                .operationUnsupported, "Invalid use of 'floor' on interface with MAC address \(mac) - \(why)",
                from: .network)
        }
        guard hasOwnBridge else {
            throw refuse(
                "'floor' is only supported for interface type 'network' with forward type 'nat', 'route', "
                    + "'open' or none")
        }
        guard let inbound = bandwidth?.inbound, let average = inbound.average else {
            throw refuse("network '\(name)' has no inbound QoS set")
        }
        let sum = Self.promised(to: ports.filter { $0.uuid != port.uuid }).addingReportingOverflow(floor)
        let most = inbound.peak ?? average
        if sum.overflow || sum.partialValue > most {
            throw VirtError(
                .operationInvalid,
                "Cannot plug '\(mac)' interface into '\(bridge?.name ?? "")' because new combined inbound "
                    + "floor=\(sum.partialValue) would overcommit "
                    + "\(inbound.peak == nil ? "average" : "peak")=\(most) on network '\(name)'",
                from: .network)
        }
    }

    /// What is left for all that are promised nothing, in bytes a second.
    func rest(beside ports: [NetworkPortDefinition]) -> UInt64 {
        guard let limit = bandwidth?.inbound?.traffic else { return 0 }
        let promised = Self.promised(to: ports).multipliedReportingOverflow(by: 1000).partialValue
        return max(limit.peak ?? limit.average, promised) - promised
    }

    private static func promised(to ports: [NetworkPortDefinition]) -> UInt64 {
        ports.reduce(0) { sum, port in
            let new = sum.addingReportingOverflow(port.bandwidth?.inbound?.floor ?? 0)
            return new.overflow ? .max : new.partialValue
        }
    }

    /// A class of the kernel's for a port that is promised a share; nil where none is left.
    static func freeClass(beside ports: [NetworkPortDefinition]) -> UInt32? {
        let taken = Set(ports.compactMap { $0.bandwidth?.classID })
        // As many as the numbers of filters, which are theirs.
        return (3..<0x800).first { !taken.contains($0) }
    }

    /// Whether the network's bridge is limited: its own, or one of the host's that is named.
    var limitsBridge: Bool { bandwidth != nil && bridge?.name != nil }
}

extension NetworkPortDefinition {
    /// What the kernel is told of the share that the port is promised, if it is.
    var share: TrafficControl.Share? {
        guard let inbound = bandwidth?.inbound, inbound.promised > 0, let mac,
            let id = bandwidth?.classID.flatMap({ UInt16(exactly: $0) })
        else { return nil }
        return TrafficControl.Share(
            id: id, rate: inbound.promised, average: inbound.traffic?.average ?? 0, address: mac.bytes)
    }
}
