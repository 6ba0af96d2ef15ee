import DriverKit
import HostKit
import JSON
import Logging
import QEMUModel
import Virt
import VirtDriver
import VirtXML

extension QEMUDomain {
    static var processorFlags: DomainVcpuFlags { [.live, .config, .maximum, .guest, .hotpluggable] }

    static func setProcessors(
        _ count: UInt32, _ flags: DomainVcpuFlags, of definition: inout DomainDefinition
    ) throws(VirtError) {
        if flags.contains(.maximum) {
            try definition.setMaximumProcessors(count)
        } else {
            try definition.setProcessors(count, hotpluggable: flags.contains(.hotpluggable))
        }
    }

    func setLiveProcessors(_ count: UInt32) async throws(VirtError) {
        try snapshot.live?.checkProcessors(count, "live")
        try await plugProcessors { (known) throws(VirtError) in
            try known.change(toReach: Int(clamping: count))
        }
    }

    func setVcpu(cpumap: String, state: Int32, flags: DomainModificationImpact) async throws(VirtError) {
        try flags.require([.live, .config], in: "qemuDomainSetVcpu", from: .qemu)
        guard let numbers = CPUSet(xml: cpumap) else {
            throw VirtError(.invalidArg, "'\(cpumap)' names no vcpus", from: .qemu)
        }
        guard state == 0 || state == 1 else {
            throw VirtError(.invalidArg, "unsupported state value", from: .qemu)
        }
        try await change("vcpus", flags) { (definition) throws(VirtError) in
            try definition.setProcessors(numbers, online: state == 1)
        } live: { (domain, _) async throws(VirtError) in
            try await domain.plugProcessors { (known) throws(VirtError) in
                let place = try known.place(of: numbers, toBeOnline: state == 1)
                return state == 1 ? .plug([place]) : .unplug([place])
            }
        }
    }

    /// Changes the running guest's processors.
    private func plugProcessors(
        _ choose: (GuestProcessors) throws(VirtError) -> ProcessorChange
    ) async throws(VirtError) {
        let plug = processorPlug
        let known = try await plug.processors()
        try await plug.make(choose(known), of: known) { await self.note($0) }
    }

    /// Notes which processors the running guest has now, and gives those that are new their places on the host.
    private func note(_ processors: GuestProcessors) async {
        guest?.processors = processors
        publish { $0.live?.note(processors) }
        saveRecordSoon()
        do throws(VirtError) { try place(processors) } catch { context.log.warning("\(error.message)") }
    }

    /// Asks QEMU for the processors of a guest that is about to run, and plugs in those that are there from the start
    /// but can go.
    func learnProcessors() async throws(VirtError) {
        guard let live = snapshot.live else { return }
        let plug = processorPlug
        let known = try await plug.processors()
        guest?.processors = known
        guard !live.vcpus.isEmpty else { return }
        let places = try live.placesToFill(known)
        await note(known)
        try await plug.make(.plug(places), of: known) { await self.note($0) }
    }

    /// Asks QEMU for the processors and I/O threads of a guest that runs already.
    func learnThreads() async {
        if let known = try? await processorPlug.processors() { guest?.processors = known }
        if let threads = try? await askIOThreads() { guest?.ioThreads = threads }
    }

    /// A processor that the guest was asked to let go of is gone.
    func processorRemoved() async {
        guard let processors = try? await processorPlug.processors() else { return }
        await note(processors)
    }

    private var processorPlug: ProcessorPlug {
        ProcessorPlug(
            maximum: Int(clamping: snapshot.live?.vcpu.maximum ?? 0),
            ask: { (name, arguments) async throws(VirtError) in try await self.ask(name, arguments) },
            remove: { (alias) async throws(VirtError) in try await self.removeProcessor(alias) })
    }

    private func removeProcessor(_ alias: String) async throws(VirtError) {
        try await askRemoval(of: alias)
        guard case .done = await removal(of: alias) else {
            throw VirtError(
                .operationTimeout,
                "vcpu unplug request timed out. Unplug result must be manually inspected in the domain",
                from: .qemu)
        }
    }
}
