import DriverKit
import LinuxSystem
import Processors
import QEMUModel
import Virt
import VirtDriver
import VirtXML

extension QEMUHypervisor {
    func compareCPU(xml: String, flags: ConnectCompareCPUFlags) async throws(VirtError) -> Int32 {
        try flags.require([.failIncompatible, .validateXML], in: "qemuConnectCompareCPU", from: .qemu)
        try await DocumentSchema.cpu.check(xml, if: flags.contains(.validateXML))
        let read = await Blocking.run { () -> Result<HostCapabilities.Host, SystemError> in
            Result { () throws(SystemError) in try HostCapabilities.Host.local() }
        }
        guard case .success(let host) = read else {
            throw VirtError(.operationFailed, "cannot get host CPU capabilities", from: .qemu)
        }
        let architecture = host.cpu.arch ?? KernelFacts().machine
        return try CPUQuestions.compare(xml, with: host.cpu.described, architecture, flags)
    }

    func baselineCPU(xmlCPUs: [String], flags: ConnectBaselineCPUFlags) async throws(VirtError) -> String {
        try flags.require([.expandFeatures, .migratable], in: "qemuConnectBaselineCPU", from: .qemu)
        return try CPUQuestions.baseline(xmlCPUs, flags)
    }

    func compareHypervisorCPU(
        emulator: String?, arch: String?, machine: String?, virttype: String?, xmlCPU: String,
        flags: ConnectCompareCPUFlags
    ) async throws(VirtError) -> Int32 {
        try flags.require(
            [.failIncompatible, .validateXML], in: "qemuConnectCompareHypervisorCPU", from: .qemu)
        try await DocumentSchema.cpu.check(xmlCPU, if: flags.contains(.validateXML))
        let choice = try await context.choose(
            emulator: emulator, architecture: arch, machine: machine, virtType: virttype)
        guard let host = choice.x86HostModel else {
            let text = "comparing with the hypervisor CPU is not supported for arch \(choice.architecture)"
            throw VirtError(.operationUnsupported, text, from: .qemu)
        }
        return try CPUQuestions.compare(xmlCPU, with: host, choice.architecture, flags)
    }

    func baselineHypervisorCPU(
        emulator: String?, arch: String?, machine: String?, virttype: String?, xmlCPUs: [String],
        flags: ConnectBaselineCPUFlags
    ) async throws(VirtError) -> String {
        try flags.require(
            [.expandFeatures, .migratable], in: "qemuConnectBaselineHypervisorCPU", from: .qemu)
        let cpus = try CPUQuestions.read(xmlCPUs)
        let choice = try await context.choose(
            emulator: emulator, architecture: arch, machine: machine, virtType: virttype)
        for (index, one) in cpus.enumerated() where one.cpu.model?.name == nil {
            throw VirtError(.invalidArg, "no CPU model specified at index \(index)", from: .cpu)
        }
        guard let acceleration = choice.acceleration, choice.x86HostModel != nil else {
            let text = "computing baseline hypervisor CPU is not supported for arch \(choice.architecture)"
            throw VirtError(.operationUnsupported, text, from: .qemu)
        }
        var question = CPUBaseline(flags)
        question.models = Set(acceleration.cpuModels.map(\.name))
        question.features = acceleration.x86Processor?.features
        return try CPUQuestions.baseline(cpus, choice.architecture, question)
    }
}

extension QEMUChoice {
    fileprivate var acceleration: QEMUAcceleration? { qemu.accelerations[accelerator] }

    /// The most that a guest's CPU can be here; nil where the architecture isn't x86, or QEMU didn't say.
    fileprivate var x86HostModel: GuestCPU? {
        guard ["x86_64", "i686"].contains(architecture) else { return nil }
        return acceleration?.x86HostModel(isNative: accelerator != .tcg)
    }
}
