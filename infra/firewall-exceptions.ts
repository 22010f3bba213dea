/**
 * The managed groups in front of the API, and of each the rules that only count, with the reason. Counted is what would
 * refuse honest requests; the count still stands in the metrics and in the log.
 */
export const countedRules: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  AWSManagedRulesCommonRuleSet: {
    SizeRestrictions_BODY:
      'It refuses bodies over 8 KB; a manifest may have a mebibyte and a push delivery four, which the rule declared-size looks after.',
    CrossSiteScripting_BODY:
      'Commit messages and manifests quote markup; bodies are parsed by a schema and never shown as a page.',
    GenericLFI_BODY: 'Build commands in a manifest name paths such as "../"; nothing here opens a file by them.',
    GenericRFI_BODY:
      'A registration and a push delivery are full of URLs; which of them are called, the service decides.',
    EC2MetaDataSSRF_BODY:
      'Documentation quoted in a commit names the metadata address; addresses of webhooks are checked where they are called.',
  },
  AWSManagedRulesKnownBadInputsRuleSet: {
    Log4JRCE_BODY: 'A commit that mends this very hole quotes it in its message; no Java runs here.',
    JavaDeserializationRCE_BODY: 'A push delivery quotes whatever was committed; no Java runs here.',
  },
  AWSManagedRulesAmazonIpReputationList: {
    AWSManagedIPDDoSList: 'It counts by the default of its owner; the limit per address looks after floods.',
  },
};
