using System.Management.Automation;
using VirtMigration.Options;

namespace VirtMigration.Cmdlets.Conversion;

/// <summary>Takes None, Link, or a bandwidth as text with its unit, and refuses bare numbers: bytes given where MiB are meant would let
/// the guest stand for seconds.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class BandwidthChoiceTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        UnitText.Read(inputData, BandwidthChoice.Parse, "a bandwidth", "Link, None, 100MiB/s or 1Gbps; 100MB becomes a number before it gets here");
}
