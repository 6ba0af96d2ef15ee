import Roost
import Virt

extension Command {
    static let domxmlFromNative = Command(
        "domxml-from-native", "Convert native config to domain XML",
        description: "Convert the configuration of a hypervisor to XML.",
        options: [
            .required("format", "source config data format"),
            .required("config", "config data file to import from", complete: .path),
        ]
    ) { session, arguments in
        let format = try arguments.required("format")
        let config = try await session.read(file: arguments.required("config"))
        let xml = try await session.connected().domainXMLFromNative(
            nativeFormat: format, nativeConfig: config, flags: 0)
        session.output.print(xml)
    }

    static let domxmlToNative = Command(
        "domxml-to-native", "Convert domain XML to native config",
        description: "Show what a hypervisor would be given for a domain or a document.",
        options: [
            .required("format", "target config data type format"),
            .named("domain", "domain name, id or uuid", complete: .domains()),
            .value("xml", "xml data file to export from", complete: .path),
        ]
    ) { session, arguments in
        let format = try arguments.required("format")
        try arguments.exclude("domain", "xml")
        let xml: String
        if arguments.has("domain") {
            xml = try await session.domain(arguments).xml()
        } else {
            guard let file = try arguments.string("xml") else {
                throw Failure("need either domain or domain XML")
            }
            xml = try await session.read(file: file)
        }
        let native = try await session.connected().domainXMLToNative(
            nativeFormat: format, domainXML: xml, flags: 0)
        session.output.print(native)
    }
}
