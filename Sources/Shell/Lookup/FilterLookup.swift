import Roost
import Virt

extension Session {
    /// The filter that the option `nwfilter` names, by UUID or by name.
    func filter(_ arguments: Arguments) async throws -> NWFilter {
        let text = try arguments.required("nwfilter")
        let connection = try await connected()
        return try await explaining("failed to get nwfilter '\(text)'") {
            if text.utf8.count == 36, let uuid = UUID(text),
                let found = try? await connection.nwFilterLookupByUUID(uuid: uuid)
            {
                return found
            }
            return try await connection.nwFilterLookupByName(name: text)
        }
    }

    /// The binding that the option `binding` names, by its port.
    func filterBinding(_ arguments: Arguments) async throws -> NWFilterBinding {
        let text = try arguments.required("binding")
        let connection = try await connected()
        return try await explaining("failed to get nwfilter binding '\(text)'") {
            try await connection.nwFilterBindingLookupByPortDev(name: text)
        }
    }
}

extension Completer {
    /// The name of a filter.
    static let filters = Completer { session, _ in
        try await session.connected().listAllNWFilters(flags: 0).map(\.reference.name)
    }

    /// The port of a binding.
    static let filterBindings = Completer { session, _ in
        try await session.connected().listAllNWFilterBindings(flags: 0).map(\.reference.portdev)
    }
}

extension CommandOption {
    static let filter = CommandOption.required(
        "nwfilter", "network filter name or uuid", complete: .filters)

    /// A binding; `title` is what is said of it.
    static func filterBinding(_ title: String) -> CommandOption {
        .required("binding", title, complete: .filterBindings)
    }
}

extension [CommandOption] {
    /// The options that choose parts of a filter's document.
    static let filterSelection: [CommandOption] = [
        .named("xpath", "xpath expression to filter the XML document"),
        .flag("wrap", "wrap xpath results in an common root element"),
    ]
}
