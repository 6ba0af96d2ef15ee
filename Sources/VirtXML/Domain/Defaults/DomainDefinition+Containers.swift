import XMLBinding

extension DomainDefinition {
    /// Fills in what LXC's driver would: the general defaults.
    public mutating func fillContainerDefaults(_ defaults: GeneralDefaults) throws(XMLError) {
        try fillGeneralDefaults(defaults)
    }
}
