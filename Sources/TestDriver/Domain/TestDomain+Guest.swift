import DriverKit
import Virt
import VirtDriver
import VirtXML

/// What the pretended guest's system does when it is asked: it has two file systems and a clock.
extension TestDomain {
    private static let mountpoints = ["/", "/boot"]

    nonisolated func fsInfo(flags: UInt32) async throws(VirtError) -> [DomainFSInfo] {
        try Self.driver.require(flags, in: "DomainGetFSInfo")
        let now = try existingActive()
        guard let disk = now.definition.devices.disks.first(where: { $0.target.dev == "vda" })?.target.dev
        else {
            return []
        }
        return zip(Self.mountpoints, ["vda1", "vda2"]).map {
            DomainFSInfo(mountpoint: $0, name: $1, fstype: "ext4", devAliases: [disk])
        }
    }

    func fsFreeze(mountpoints: [String], flags: UInt32) async throws(VirtError) -> Int32 {
        try Self.driver.require(flags, in: "DomainFSFreeze")
        try existingActive()
        let chosen = try Self.chosen(mountpoints)
        let new = chosen.subtracting(frozen)
        frozen.formUnion(new)
        return Int32(new.count)
    }

    func fsThaw(mountpoints: [String], flags: UInt32) async throws(VirtError) -> Int32 {
        try Self.driver.require(flags, in: "DomainFSThaw")
        try existingActive()
        let thawed = try Self.chosen(mountpoints).intersection(frozen)
        frozen.subtract(thawed)
        return Int32(thawed.count)
    }

    nonisolated func fsTrim(mountPoint: String?, minimum: UInt64, flags: UInt32) async throws(VirtError) {
        try Self.driver.require(flags, in: "DomainFSTrim")
        try existingActive()
        _ = try Self.chosen(mountPoint.map { [$0] } ?? [])
    }

    /// The places of the file systems that are meant: all where none is named.
    private static func chosen(_ named: [String]) throws(VirtError) -> Set<String> {
        if named.isEmpty { return Set(mountpoints) }
        for point in named where !mountpoints.contains(point) {
            throw driver.error(.operationInvalid, "mount point not found: \(point)")
        }
        return Set(named)
    }

    func time(flags: UInt32) async throws(VirtError) -> DomainTimeReply {
        try Self.driver.require(flags, in: "DomainGetTime")
        try existingActive()
        return clock
    }

    func setTime(seconds: Int64, nseconds: UInt32, flags: DomainSetTimeFlags) async throws(VirtError) {
        try Self.driver.require(flags, .sync, in: "DomainSetTime")
        try existingActive()
        clock = DomainTimeReply(seconds: seconds, nseconds: nseconds)
    }

    nonisolated func setUserPassword(
        user: String?, password: String?, flags: DomainSetUserPasswordFlags
    ) async throws(VirtError) {
        try Self.driver.require(flags, .encrypted, in: "DomainSetUserPassword")
        try existingActive()
    }

    nonisolated func interfaceAddresses(
        source: UInt32, flags: UInt32
    ) async throws(VirtError) -> [DomainInterface] {
        try Self.driver.require(flags, in: "DomainInterfaceAddresses")
        let now = try existingActive()
        guard source < 3 else {
            throw Self.driver.error(.argumentUnsupported, "Unknown IP address data source \(source)")
        }
        return now.definition.devices.interfaces.enumerated().map { index, card in
            let address = DomainIPAddress(
                type: 0, addr: "192.168.122.\(index + 3)", prefix: 24)
            return DomainInterface(
                name: card.target?.dev ?? "", hwaddr: card.mac?.address.xml, addrs: [address])
        }
    }

    nonisolated func sendProcessSignal(pid: Int64, signum: UInt32, flags: UInt32) async throws(VirtError) {
        try Self.driver.require(flags, in: "DomainSendProcessSignal")
        if pid != 1 { throw Self.driver.error(.invalidArg, "only sending a signal to pid 1 is supported") }
        // libvirt's numbers of signals end there.
        if signum > 64 { throw Self.driver.error(.invalidArg, "signum value \(signum) is out of range") }
        try existingActive()
    }

    func pinEmulator(cpumap: [UInt8], flags: DomainModificationImpact) async throws(VirtError) {
        try Self.driver.require(flags, [.live, .config], in: "DomainPinEmulator")
        let cpus = CPUSet(map: cpumap, below: Int(host.node.cpus))
        if cpus.isEmpty { throw Self.driver.error(.invalidArg, "Empty cpu list for pinning") }
        try await changeBoth("pinning of the emulator", flags) { (definition, _) throws(VirtError) in
            definition.changeTune { $0.emulatorPin = cpus }
        }
    }

    func setSchedulerParameters(parameters: [TypedParameter]) async throws(VirtError) {
        try await setSchedulerParametersFlags(parameters: parameters, flags: [])
    }

    /// A weight is taken, and changes nothing.
    nonisolated func setSchedulerParametersFlags(
        parameters: [TypedParameter], flags: DomainModificationImpact
    ) async throws(VirtError) {
        try Self.driver.require(flags, in: "DomainSetSchedulerParametersFlags")
        _ = try existing()
        for one in parameters where one.field != "weight" {
            throw VirtError(.argumentUnsupported, "parameter '\(one.field)' not supported")
        }
    }
}
