using Microsoft.AspNetCore.Http;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Shop.ServiceDefaults;

/// <summary>Describes in the OpenAPI document what every GET of a store takes, see <see cref="Positions"/>.</summary>
internal sealed class PositionParameters : IOperationFilter
{
    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        var metadata = context.ApiDescription.ActionDescriptor.EndpointMetadata;
        if (!metadata.OfType<PositionFilter>().Any() || !HttpMethods.IsGet(context.ApiDescription.HttpMethod ?? ""))
            return;

        var lags = metadata.OfType<Positions.ProjectionRead>().Any();
        operation.Parameters ??= [];
        operation.Parameters.Add(new OpenApiParameter
        {
            Name = Positions.MinPosition,
            In = ParameterLocation.Query,
            Description = "At least this position of the store: the number in the Shop-Position of an earlier answer. 503 with Retry-After when it is not reached in 5 s.",
            Schema = new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int64" },
        });
        operation.Parameters.Add(new OpenApiParameter
        {
            Name = Positions.Consistency,
            In = ParameterLocation.Query,
            Description = lags
                ? "strong: everything that was committed before this request; eventual, the default: it may lag by moments."
                : "strong or eventual; this answer is always strong.",
            Schema = new OpenApiSchema { Type = JsonSchemaType.String, Enum = ["eventual", "strong"] },
        });
        operation.Parameters.Add(new OpenApiParameter
        {
            Name = Positions.Header,
            In = ParameterLocation.Header,
            Description = "The Shop-Position of an earlier answer, sent back: shows at least what that answer did.",
            Schema = new OpenApiSchema { Type = JsonSchemaType.String },
        });
    }
}
