import JSON

extension MigrationParameters {
    /// Reads the reply to `query-migrate-parameters`. Parameters that libvirt's API has no word for are left out.
    init(reply: JSONValue) {
        for name in Name.allCases { self[name] = reply[name.rawValue].flatMap(Value.init) }
    }

    /// The arguments of `migrate-set-parameters`.
    var arguments: JSONObject {
        JSONObject(all.map { ($0.name.rawValue, $0.value.json) })
    }
}

extension MigrationParameters.Value {
    fileprivate init?(_ json: JSONValue) {
        switch json {
        case .string(let text): self = .text(text)
        case .bool(let flag): self = .flag(flag)
        default:
            guard let number = json.uint else { return nil }
            self = .number(number)
        }
    }

    fileprivate var json: JSONValue {
        switch self {
        case .number(let number): JSONValue(number)
        case .text(let text): .string(text)
        case .flag(let flag): .bool(flag)
        }
    }
}
