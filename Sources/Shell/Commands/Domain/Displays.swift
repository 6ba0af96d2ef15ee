import ByteText
import Roost
import Virt

extension Command {
    static let ttyconsole = Command(
        "ttyconsole", "tty console", description: "Print the device of the guest's terminal.",
        options: [.domain([.active])]
    ) { session, arguments in
        let domain = try await session.domain(arguments)
        let xml = try XMLQuery(try await domain.xmlDesc(flags: []))
        guard let tty = try xml.strings("./devices/console/@tty").first else { throw Failure() }
        session.output.print(tty + "\n")
    }

    static let vncdisplay = Command(
        "vncdisplay", "vnc display", description: "Print the address and number of the VNC display.",
        options: [.domain([.active])]
    ) { session, arguments in
        let domain = try await session.domain(arguments)
        try await domain.requireRunning()
        let xml = try XMLQuery(try await domain.xmlDesc(flags: []))
        guard let graphics = try xml.nodes("./devices/graphics[@type='vnc']").first,
            let port = graphics.attribute("port").flatMap({ Int($0) }), port >= 5900
        else { throw Failure("Failed to get VNC port. Is this domain using VNC?") }
        let listen = graphics.attribute("listen") ?? ""
        session.output.print("\(listen == "0.0.0.0" ? "" : listen):\(port - 5900)\n")
    }

    static let domdisplay = Command(
        "domdisplay", "domain display connection URI", description: "Print the URI that a viewer takes.",
        options: [
            .domain([.active]), .flag("include-password", "with the password in it"),
            .optional("type", "only this type of display", complete: .words(["vnc", "spice", "rdp"])),
            .flag("all", "all displays"),
        ]
    ) { session, arguments in
        let domain = try await session.domain(arguments)
        try await domain.requireRunning()
        let flags: DomainXMLFlags = arguments.has("include-password") ? .secure : []
        let xml = try XMLQuery(try await domain.xmlDesc(flags: flags))
        let wanted = try arguments.string("type")
        var found = false
        for graphics in try xml.nodes("./devices/graphics") {
            if let wanted, graphics.attribute("type") != wanted { continue }
            guard let uri = displayURI(graphics) else { continue }
            session.output.print((found ? "\n" : "") + uri)
            found = true
            if !arguments.has("all") { break }
        }
        if !found {
            throw Failure(
                wanted.map { "No graphical display with type '\($0)' found" } ?? "No graphical display found")
        }
    }
}

/// The URI of one display; nil where it can't be reached yet.
private func displayURI(_ graphics: XMLQuery.Node) -> String? {
    guard let type = graphics.attribute("type"), ["vnc", "spice", "rdp"].contains(type) else { return nil }
    let path = graphics.attribute("socket") ?? graphics.string("./listen[@type='socket']/@socket")
    if let path { return "\(type)+unix://\(path)" }
    let port = graphics.attribute("port").flatMap { Int($0) } ?? 0
    let tlsPort = graphics.attribute("tlsPort").flatMap { Int($0) } ?? 0
    if port <= 0 && tlsPort <= 0 { return nil }
    var listen = graphics.attribute("listen") ?? "localhost"
    if listen == "0.0.0.0" || listen == "::" { listen = "localhost" }
    if listen.contains(byte: ":") { listen = "[\(listen)]" }
    let password = graphics.attribute("passwd")
    var uri = "\(type)://" + (type == "vnc" ? password.map { ":\($0)@" } ?? "" : "") + listen
    if port > 0 { uri += ":\(type == "vnc" ? port - 5900 : port)" }
    var parameters: [String] = []
    if tlsPort > 0 { parameters.append("tls-port=\(tlsPort)") }
    if type == "spice", let password { parameters.append("password=\(password)") }
    return parameters.isEmpty ? uri : uri + "?" + parameters.joined(separator: "&")
}

extension Domain {
    /// Throws where it doesn't run.
    func requireRunning() async throws {
        if try await !isActive() { throw Failure("Domain is not running") }
    }
}
