import Roost
import Virt

extension Command {
    static let saveImageDefine = Command(
        "save-image-define", "redefine the XML for a domain's saved state file",
        description: "Give a domain that is in a file other XML.",
        options: [
            .required("file", "file with the saved domain", complete: .path),
            .required("xml", "file with the new XML", complete: .path),
        ] + .stateAfterwards
    ) { session, arguments in
        let file = try arguments.required("file")
        let xml = try await session.read(file: arguments.required("xml"))
        let connection = try await session.connected()
        try await explaining("Failed to update \(file)") {
            try await connection.domainSaveImageDefineXML(
                file: absolutePath(file), dxml: xml, flags: arguments.restoreFlags())
        }
        session.output.note("State file \(file) updated.\n")
    }

    static let saveImageDumpxml = Command(
        "save-image-dumpxml", "saved state domain information in XML",
        description: "Print the XML of a domain that is in a file.",
        options: [
            .required("file", "file with the saved domain", complete: .path),
            .flag("security-info", "include secrets"),
        ] + .xmlSelection
    ) { session, arguments in
        let path = try absolutePath(arguments.required("file"))
        let flags: DomainSaveImageXMLFlags = arguments.has("security-info") ? .secure : []
        let xml = try await session.connected().domainSaveImageXMLDesc(file: path, flags: flags)
        try session.print(xml: xml, arguments)
    }

    static let saveImageEdit = Command(
        "save-image-edit", "edit XML for a domain's saved state file",
        description: "Open the XML of a domain that is in a file in an editor.",
        options: [.required("file", "file with the saved domain", complete: .path)] + .stateAfterwards
    ) { session, arguments in
        let file = try arguments.required("file")
        let path = try absolutePath(file)
        try arguments.exclude("running", "paused")
        let connection = try await session.connected()
        try await session.edit(
            "Saved image \(file)", changed: "State file \(file) edited.",
            even: !arguments.restoreFlags().isEmpty
        ) {
            try await connection.domainSaveImageXMLDesc(file: path, flags: .secure)
        } define: { xml in
            try await explaining("Failed to update \(file)") {
                try await connection.domainSaveImageDefineXML(
                    file: path, dxml: xml, flags: arguments.restoreFlags())
            }
        }
    }
}
