import DriverKit
import Processors
import Testing
import VirtXML

@testable import QEMUDriver
@testable import QEMUModel

@Suite struct LiveDocumentTests {
    private func cpu(_ features: [CPUFeature]) -> GuestCPU {
        var cpu = GuestCPU()
        (cpu.mode, cpu.match, cpu.check) = (.custom, .exact, GuestCPU.Check.none)
        var model = CPUModel()
        (model.name, model.fallback) = ("qemu64", .allow)
        cpu.model = model
        cpu.features = features
        return cpu
    }

    @Test("a running guest's CPU names every difference from its model, those that were asked for first")
    func resolvedCPU() throws {
        let model = try #require(X86Model.named("qemu64"))
        let features = model.features.union(["hypervisor", "lahf_lm"]).subtracting(["svm"])
        let asked = cpu([CPUFeature("avx512f", .optional), CPUFeature("lahf_lm", .require)])
        let resolved = asked.resolved(model, features: features)
        #expect(resolved.check == .full)
        #expect(resolved.model?.fallback == .forbid)
        #expect(
            resolved.features == [
                CPUFeature("avx512f", .disable), CPUFeature("lahf_lm", .require),
                CPUFeature("hypervisor", .require), CPUFeature("svm", .disable),
            ])
    }

    @Test("a document for another host leaves out what every such machine has, and what is true only here")
    func migratable() throws {
        var domain = DomainDefinition()
        (domain.os.arch, domain.os.machine) = ("x86_64", "pc-i440fx-7.2")
        domain.devices.controllers = [
            ControllerDevice(.usb, index: 0, model: "piix3-uhci"),
            ControllerDevice(.pci, index: 0, model: "pci-root"),
        ]
        domain.devices.inputs = [InputDevice(.mouse, bus: .ps2), InputDevice(.keyboard, bus: .ps2)]
        domain.devices.audios = [AudioBackend(.none)]
        domain.seclabels = [.ownership(user: 1, group: 2)]
        let copy = domain.migratable(cpu: nil, channels: "/run/channel")
        #expect(copy.devices.controllers.isEmpty)
        #expect(copy.devices.inputs.map(\.type) == [.mouse])
        #expect(copy.devices.audios.isEmpty)
        #expect(copy.seclabels.isEmpty)
    }

    @Test("controllers that somebody chose stay in a document for another host")
    func chosenControllers() {
        var domain = DomainDefinition()
        (domain.os.arch, domain.os.machine) = ("x86_64", "pc-i440fx-7.2")
        domain.devices.controllers = [
            ControllerDevice(.usb, index: 0, model: "qemu-xhci"),
            ControllerDevice(.pci, index: 0, model: "pci-root"),
            ControllerDevice(.pci, index: 1, model: "pci-bridge"),
        ]
        #expect(domain.migratable(cpu: nil, channels: "/run/channel").devices.controllers.count == 3)
    }

    @Test("only sockets that the driver placed are forgotten")
    func sockets() {
        var domain = DomainDefinition()
        domain.devices.channels = ["/run/channel/1-x/agent", "/run/channels/mine"].map { path in
            var channel = ChannelDevice()
            channel.source = CharacterSource(.unix)
            channel.source.path = path
            channel.target = .virtio(name: "agent", state: nil)
            return channel
        }
        domain.forgetSockets(in: "/run/channel")
        #expect(domain.devices.channels.map(\.source.path) == [nil, "/run/channels/mine"])
    }
}
