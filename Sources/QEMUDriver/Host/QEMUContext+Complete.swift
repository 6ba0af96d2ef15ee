import DriverKit
import LinuxSystem
import QEMUModel
import Virt
import VirtXML
import XMLBinding

extension QEMUContext {
    /// The binary for this host's own architecture; nil if it isn't installed.
    var defaultEmulator: String? { QEMUArchitecture.emulator(for: KernelFacts().machine) }

    /// Fills in all that a definition leaves to QEMU, to the binary and to the host.
    func complete(_ definition: inout DomainDefinition) async throws(VirtError) {
        definition.identify(as: .random())
        do throws(ConfigurationError) { try definition.checkKind() } catch { throw VirtError(error) }
        let architecture = KernelFacts().machine
        let wanted = definition.os.arch ?? architecture
        guard QEMUArchitecture.names.contains(wanted) else {
            throw VirtError(.configUnsupported, "Unknown architecture \(wanted)", from: .qemu)
        }
        let emulator = definition.devices.emulator ?? QEMUArchitecture.emulator(for: wanted)
        guard let emulator else {
            throw VirtError(.configUnsupported, "No emulator found for arch '\(wanted)'", from: .qemu)
        }
        definition.devices.emulator = emulator
        let qemu = try await capabilities(of: emulator)
        let firmware = await Blocking.run { FirmwareFolder.descriptors() }
        definition.forgetSockets(in: configuration.channels)
        do {
            try definition.fillQEMUDefaults(qemu, host: hostFacts(architecture, firmware))
        } catch let error as ConfigurationError {
            throw VirtError(error)
        } catch let error as XMLError {
            throw VirtError(document: error)
        } catch {
            throw VirtError(.internalError, "\(error)", from: .qemu)
        }
    }

    /// What of the host decides whether a domain can be started; may wait on the disk.
    static func startHost() -> QEMUHost {
        var host = QEMUHost(architecture: KernelFacts().machine) { MACAddress((0, 0, 0, 0, 0, 0)) }
        let nodes = try? FileSystem.readText("/sys/devices/system/node/online", limit: 4096)
        host.memoryNodes = nodes.flatMap { CPUSet(xml: $0) }
        host.processor = { .processor() }
        return host
    }

    private func hostFacts(_ architecture: String, _ firmware: [FirmwareDescriptor]) -> QEMUHost {
        var host = QEMUHost(architecture: architecture) { .random() }
        host.updatesABI = true
        // No setting of the daemon's says where its certificates would be.
        host.hasSpiceTLS = false
        host.nvramFolder = configuration.library + "/nvram"
        host.firmware = firmware
        host.iommuGroup = { address in
            let place = "/sys/bus/pci/devices/\(address)/iommu_group"
            return (try? FileSystem.readLink(place)).flatMap { Int(FileSystem.lastPart(of: $0)) }
        }
        return host
    }
}
