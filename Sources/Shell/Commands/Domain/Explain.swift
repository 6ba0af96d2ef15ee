import Explanation
import Roost
import Virt

extension Command {
    static let explain = Command(
        "explain", "why a domain is what it is, element by element",
        description: """
            Without an element, a line for each: what it became, and what Roost has added. With one, or with --full, for
            each element of a domain's document: its XML, the arguments of QEMU that it turned into, what it
            has of the host, and what was filled in and why. Lines that Roost has added are marked with '+', those
            that it has added to with '~', those of which it isn't on record with '?'.

            With --network, what a network is on this host: links, routes, rules, processes and files, and what stands
            in the way of guests that should reach each other, the host or others, each with what to do about it.

            An element is named by its path, such as devices/disk[1], by its name, or by a device's alias or target.
            """,
        options: [
            .optional("domain", "domain name, id or uuid", complete: .domains([])),
            .value("element", "path or name of an element, alias or target of a device", complete: elements),
            .named("xml", "explain the document in this file instead of a domain", complete: .path),
            .named("network", "explain this network instead of a domain", complete: .networks),
            .flag("full", "explain every element"),
            .flag("inactive", "explain what the next start will have"),
            .flag("security-info", "include secrets"),
            .flag("json", "print JSON for programs"),
        ]
    ) { session, arguments in
        if arguments.has("network") { return try await session.explainNetwork(arguments) }
        let (whole, element) = try await session.explanation(arguments)
        let shown = element.map(whole.only) ?? whole
        if let element, shown.elements.isEmpty {
            throw Failure("domain '\(whole.name)' has no element '\(element)'")
        }
        if arguments.has("json") { return session.output.print(shown.json + "\n") }
        let text = ExplanationText(shown, isWhole: element == nil)
        if element != nil || arguments.has("full") { return session.output.print(text.text) }
        session.output.print(text.header + "\n" + ExplanationOverview(whole).text)
    }
}

/// What people can call the elements of the domain that was given.
private let elements = Completer { session, arguments in
    try await session.domain(arguments).explanation().elements.flatMap { element in
        [element.path] + [element.alias, element.target].compactMap { $0 }
    }
}

extension Session {
    fileprivate func explainNetwork(_ arguments: Arguments) async throws {
        try arguments.exclude("network", "domain")
        try arguments.exclude("network", "xml")
        let network = try await network(arguments)
        let explanation = try await network.explanation()
        if arguments.has("json") { return output.print(explanation.json + "\n") }
        output.print(explanation.text)
    }

    /// What is explained, and the element that is asked for.
    fileprivate func explanation(_ arguments: Arguments) async throws -> (DomainExplanation, String?) {
        var flags: DomainXMLFlags = arguments.has("inactive") ? .inactive : []
        if arguments.has("security-info") { flags.insert(.secure) }
        let element = try arguments.string("element")
        guard let file = try arguments.string("xml") else {
            if !arguments.has("domain") {
                throw Failure("explain what? a domain, a network with --network, or a document with --xml")
            }
            return (try await domain(arguments).explanation(flags), element)
        }
        if arguments.has("inactive") { throw Failure("--inactive is about a domain, not about a file") }
        // The only bare word beside a file is an element.
        let word = try arguments.string("domain")
        if word != nil, element != nil { throw Failure("either a domain or --xml is explained, not both") }
        let document = try await read(file: file)
        let explained = try await connected().explanation(ofXML: document, flags)
        return (explained, element ?? word)
    }
}
