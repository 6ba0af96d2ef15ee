import ByteText
import DriverKit
import HostKit
import LinuxSystem
import Logging
import Synchronization
import Virt
import VirtDriver
import VirtXML

/// The driver of a host's packet filters, for `nwfilter:///system` and for every hypervisor's connections.
public final class NWFilterDriver: Driver {
    /// The filters and bindings, as they are now.
    let table = Mutex(FilterTable())
    let definitions: DefinitionStore<FilterDefinition>
    /// What is bound; the next daemon takes it up.
    let records: DocumentStore
    let firewall = FilterFirewall()
    let learned: LearnedAddresses
    let watch = HostWatch()
    let log: Logger
    public let name = "nwfilter"
    private let events: EventHub
    /// Held during a change.
    private let changing = Mutex(())

    public init(_ layout: StateLayout, events: EventHub, log: Logger) {
        definitions = DefinitionStore(
            folder: layout.configuration + "/nwfilter", editedBy: "nwfilter-edit", origin: .nwfilter
        ) { $0.name }
        records = DocumentStore(folder: layout.run + "/nwfilter-binding", survivesPowerCut: false)
        learned = LearnedAddresses(folder: layout.run + "/nwfilter-addresses")
        (self.events, self.log) = (events, log)
    }

    /// Makes a change while nobody else makes one; `body` may wait.
    func change<Result: Sendable>(
        _ body: @escaping @Sendable () throws(VirtError) -> Result
    ) async throws(VirtError) -> Result {
        try await Blocking.run { () throws(VirtError) -> Result in
            try self.changing.withLock { (_) throws(VirtError) -> Result in try body() }
        }
    }

    /// Loads the filters, and takes up what is bound.
    public func start() async throws(VirtError) {
        let isFirst = await Blocking.run { !FileSystem.exists(self.definitions.documents.folder) }
        let content = try await definitions.load()
        for problem in content.problems { log.error("\(problem)") }
        try await change { () throws(VirtError) in
            for found in content.found { self.take(found) }
            if isFirst { self.defineStock() }
            try self.takeUpBindings()
        }
    }

    private func take(_ found: DefinitionStore<FilterDefinition>.Found) {
        guard let uuid = found.definition.uuid else {
            return log.error("filter '\(found.name)' has no UUID: it is passed over")
        }
        let isTaken = table.withLock { table in
            if table.filters[uuid] == nil { table.put(found.definition, uuid) }
            return table.filter(found.name) == nil
        }
        if isTaken {
            log.error(
                "'\(definitions.documents.path(found.name))' has another filter's UUID: it is passed over")
        }
    }

    /// The filters that a host comes with. Whoever removes one is rid of it.
    private func defineStock() {
        for text in StockFilters.documents {
            do throws(VirtError) {
                var filter = try FilterDefinition(document: text, from: .nwfilter)
                let uuid = UUID.random()
                filter.uuid = uuid
                try definitions.save(filter, as: filter.name)
                table.withLock { $0.put(filter, uuid) }
            } catch {
                log.error("a filter that hosts come with can't be defined: \(error)")
            }
        }
    }

    public func open(_ request: OpenRequest) async throws(VirtError) -> (any DriverConnection)? {
        try openHost(request, at: "/system", events: events, from: .nwfilter)
    }

    /// Every hypervisor's clients see the filters.
    public func offer(to services: inout HostServices) {
        services.nwfilters = { _ in LocalFilterService(driver: self) }
    }
}
