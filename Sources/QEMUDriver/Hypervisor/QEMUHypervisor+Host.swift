import DriverKit
import LinuxSystem
import Processors
import QEMUModel
import Virt
import VirtDriver
import VirtXML
import XMLBinding

extension QEMUHypervisor {
    func capabilities() async throws(VirtError) -> String {
        let context = context
        let guests = await context.guests()
        if let known = context.capabilitiesText.value, known.guests == guests { return known.text }
        let read = await Blocking.run { () -> Result<HostCapabilities.Host, SystemError> in
            Result { () throws(SystemError) in try HostCapabilities.Host.local() }
        }
        guard case .success(let host) = read else {
            throw VirtError(.internalError, "the host does not tell about itself", from: .qemu)
        }
        let all = HostCapabilities.qemu(
            host: host, guests: guests, account: context.configuration.account)
        let text = try all.text()
        context.capabilitiesText.publish((guests, text))
        return text
    }

    func domainCapabilities(
        emulatorbin: String?, arch: String?, machine: String?, virttype: String?,
        flags: ConnectGetDomainCapabilitiesFlags
    ) async throws(VirtError) -> String {
        try flags.require(
            .disableDeprecatedFeatures, in: "qemuConnectGetDomainCapabilities", from: .qemu)
        let choice = try await context.choose(
            emulator: emulatorbin, architecture: arch, machine: machine, virtType: virttype)
        let firmware = await Blocking.run { FirmwareFolder.descriptors() }
        var request = DomainCapabilitiesRequest(
            qemu: choice.qemu, architecture: choice.architecture, machine: choice.machine,
            accelerator: choice.accelerator, firmware: firmware,
            hostHasVFIO: FileSystem.exists("/dev/vfio/vfio"))
        request.disablesDeprecated = flags.contains(.disableDeprecatedFeatures)
        return try DomainCapabilities(request).text()
    }

    /// The names of the CPU models that documents may use; none where any name is accepted.
    func cpuModelNames(arch: String, flags: UInt32) async throws(VirtError) -> [String] {
        try flags.require(in: "qemuConnectGetCPUModelNames", from: .qemu)
        return try ProcessorArchitecture.modelNames(of: arch, from: .qemu)
    }

    /// The command line that a domain would be started with; what only a start settles is left as it is in the
    /// document.
    func domainXMLToNative(nativeFormat: String, domainXML: String, flags: UInt32) async throws(VirtError)
        -> String
    {
        try flags.require(in: "qemuConnectDomainXMLToNative", from: .qemu)
        guard nativeFormat == "qemu-argv" else {
            throw VirtError(.invalidArg, "unsupported config type \(nativeFormat)", from: .qemu)
        }
        var definition = try await host.definition(domainXML) { $0.connectCardsByTap() }
        // Cards are new ones, and have their turn when all else has its place.
        for index in definition.devices.interfaces.indices {
            definition.devices.interfaces[index].info.address = nil
        }
        try await context.complete(&definition)
        let qemu = try await context.capabilities(of: definition.devices.emulator ?? "")
        return try NativeCommand(
            definition, qemu, context.configuration, context.volumes, secrets: context.secrets
        ).text
    }
}
