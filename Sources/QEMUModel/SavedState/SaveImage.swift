import VirtXML
import XMLBinding

/// All that a file with the state of a guest says before QEMU's own words.
package struct SaveImage: Equatable, Sendable {
    package var header: SaveImageHeader
    /// The guest's document, as another host could take it.
    package var xml: String
    package var cookie: SaveCookie?

    /// What is to be written of a guest that is saved now.
    package init(xml: String, cookie: SaveCookie?, isRunning: Bool, format: SaveImageFormat)
        throws(SaveImageError)
    {
        let text = Self.text(of: cookie)
        let documents = xml.utf8.count + 1
        let length = documents + (text.map { $0.utf8.count + 1 } ?? 0) + SaveImageHeader.room
        guard length <= Int(SaveImageHeader.longestData) else {
            throw SaveImageError("the document of the domain is too long to be saved")
        }
        header = SaveImageHeader(
            dataLength: UInt32(length), isRunning: isRunning, format: format,
            cookieOffset: text == nil ? 0 : UInt32(documents))
        (self.xml, self.cookie) = (xml, cookie)
    }

    /// Reads what follows a header.
    package init(_ header: SaveImageHeader, data: [UInt8]) throws(SaveImageError) {
        guard data.count >= Int(header.dataLength) else {
            throw SaveImageError("failed to read domain XML")
        }
        let data = data.prefix(Int(header.dataLength))
        self.header = header
        xml = String(decoding: data.prefix { $0 != 0 }, as: UTF8.self)
        let offset = Int(header.cookieOffset)
        if offset > 0, offset < data.count {
            let text = String(decoding: data.dropFirst(offset).prefix { $0 != 0 }, as: UTF8.self)
            cookie = try? SaveCookie(xml: text)
        }
    }

    /// Header, document and cookie, up to where QEMU's words begin. Throws where they are longer than what was kept for them.
    package func bytes() throws(SaveImageError) -> [UInt8] {
        var data = Array(xml.utf8) + [0]
        var header = header
        if let text = Self.text(of: cookie) {
            header.cookieOffset = UInt32(clamping: data.count)
            data += Array(text.utf8) + [0]
        } else {
            header.cookieOffset = 0
        }
        guard data.count <= Int(header.dataLength) else {
            throw SaveImageError("new xml too large to fit in file")
        }
        return header.bytes + data + [UInt8](repeating: 0, count: Int(header.dataLength) - data.count)
    }

    private static func text(of cookie: SaveCookie?) -> String? { cookie.flatMap { try? $0.xml() } }
}

/// What is kept of a saved guest beside its document.
package struct SaveCookie: XMLRoot {
    package static let elementName: StaticString = "cookie"

    /// The CPU as the guest really had it.
    @Boxed package var cpu: GuestCPU?
    /// Whether a program beside QEMU may be its user network.
    package var usesSlirpHelper = false

    package init() {}

    package init(cpu: GuestCPU?, usesSlirpHelper: Bool) {
        (self.cpu, self.usesSlirpHelper) = (cpu, usesSlirpHelper)
    }

    package mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        try x.element("cpu", &cpu)
        try x.flag("slirpHelper", &usesSlirpHelper)
    }
}
